import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedValues } from "./shared-values.ts";

describe("shared values", () => {
  it("equal the originals, and equal values become identical", () => {
    const shared = new SharedValues();
    // Texts that look like JSON must stay texts.
    const values = fc.oneof(fc.jsonValue(), fc.json(), fc.constantFrom<unknown>({}, "{}", [], "[]", [""], '[""]'));
    fc.assert(
      fc.property(values, (value) => {
        // What JSON makes of it: there is no -0.
        const [one, two, same] = [1, 2, 3].map(() => JSON.parse(JSON.stringify(value)) as unknown);
        expect(shared.value(one)).toEqual(same);
        expect(shared.value(two)).toBe(shared.value(one));
      }),
    );
  });

  it("keep members of any name", () => {
    const value = JSON.parse('{"__proto__":{"a":"b"}}') as object;
    expect(JSON.stringify(new SharedValues().value(value))).toBe('{"__proto__":{"a":"b"}}');
  });

  it("share the equal parts of different values", () => {
    const shared = new SharedValues();
    const pod = (name: string) => shared.members({ name, labels: { app: "web" } }, new Set(["name"]));
    expect(pod("a").labels).toBe(pod("b").labels);
    expect(pod("b")).toEqual({ name: "b", labels: { app: "web" } });
  });

  it("do not modify their input", () => {
    const given = { a: [{ b: "c" }] };
    new SharedValues().value(given);
    expect(given).toEqual({ a: [{ b: "c" }] });
  });

  it("drop unused values, and keep used ones", () => {
    const shared = new SharedValues();
    const first = shared.value({ requested: true });
    const other = shared.value({ requested: false });
    for (let index = 0; index < 20_000; index++) {
      shared.value({ index });
      if (index % 1000 === 0) shared.value({ requested: true });
    }
    expect(shared.value({ requested: true })).toBe(first);
    expect(shared.value({ requested: false })).not.toBe(other);
  });
});
