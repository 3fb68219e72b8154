import { expect, test } from "vitest";
import type { Revision } from "../../api/store/store.ts";
import { SettledMark } from "./settled-mark.ts";

const at = (revision: number) => revision as Revision;

function marked() {
  const kept = new Map<string, unknown>();
  const time = { now: 0, writes: 0 };
  const storage = {
    get: (key: string) => kept.get(key),
    put: (key: string, value: unknown) => {
      time.writes++;
      kept.set(key, value);
    },
  };
  return { mark: new SettledMark(storage, () => time.now), time };
}

test("a mark holds only for the revision at which it was set, and is written once", () => {
  const { mark, time } = marked();
  expect(mark.holds(at(1))).toBe(false);
  mark.set(undefined);
  expect(time.writes).toBe(0);
  mark.set(at(7));
  mark.set(at(7));
  expect([mark.holds(at(7)), mark.holds(at(8)), time.writes]).toEqual([true, false, 1]);
});

test("a mark expires after an hour", () => {
  const { mark, time } = marked();
  mark.set(at(7));
  time.now = 3_600_000;
  expect(mark.holds(at(7))).toBe(false);
  mark.set(at(7));
  expect(mark.holds(at(7))).toBe(true);
});
