import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Indexes } from "./indexes.ts";

const none = Indexes.parse("", 0);
const listed = (indexes: Indexes, below: number) =>
  Array.from({ length: below }, (_, i) => i).filter((i) => indexes.has(i));

describe("index sets", () => {
  it.each([
    ["0,1,3", [0, 1, 3]],
    ["0-2,5", [0, 1, 2, 5]],
    ["", []],
  ])("are written as %j and read as %j", (text, indexes) => {
    expect(`${none.with(indexes)}`).toBe(text);
    expect(listed(Indexes.parse(text, 10), 10)).toEqual(indexes);
  });

  it("contain all added indexes, and support successor and intersection", () => {
    const some = fc.array(fc.nat({ max: 40 }));
    fc.assert(
      fc.property(some, some, some, (first, more, others) => {
        const [all, theirs] = [new Set([...first, ...more]), new Set(others)];
        const indexes = Indexes.parse(`${none.with(first)}`, 100).with(more);
        expect(listed(indexes, 50)).toEqual([...all].sort((a, b) => a - b));
        expect(indexes.size).toBe(all.size);
        expect(indexes.countShared(none.with(others))).toBe([...all].filter((each) => theirs.has(each)).length);
        for (const index of all) {
          let last = index;
          while (all.has(last + 1)) last++;
          expect(indexes.lastFrom(index)).toBe(last);
        }
      }),
    );
  });

  it("of two billion indexes take no more memory than their text", () => {
    const all = Indexes.parse("0-9999999999", 2 ** 31 - 1);
    expect(all.size).toBe(2 ** 31 - 1);
    expect(all.countShared(Indexes.parse("5-7,100-2147483646", 2 ** 31 - 1))).toBe(2 ** 31 - 1 - 97);
    expect(`${all.with([3])}`).toBe("0-2147483646");
  });
});
