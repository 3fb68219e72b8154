import { expect, test } from "vitest";
import { exceeds, NOTHING_UNREAD, needsMark, type Unread, withMark, withMessage, withReturned } from "./unread.ts";

const MOST = { bytes: 4 * 1024 * 1024, messages: 50_000 };

/** After so many messages, marked as they should be. */
function after(count: number, bytes: number, from: Unread = NOTHING_UNREAD): Unread {
  const message = new ArrayBuffer(bytes);
  let state = from;
  for (let i = 0; i < count; i++) {
    state = withMessage(state, message);
    if (needsMark(state)) state = withMark(state, `mark ${i}`);
  }
  return state;
}

test.each([
  ["bytes", 5, 1024 * 1024],
  ["messages of no length", 50_001, 0],
])("RELAY-AHEAD: too many %s exceed the limit", (_, count, bytes) => {
  expect(exceeds(after(count - 1, bytes), MOST)).toBe(false);
  expect(exceeds(after(count, bytes), MOST)).toBe(true);
});

test("RELAY-AHEAD: what was sent before a returned mark was read, however small the messages", () => {
  let state = NOTHING_UNREAD;
  for (let i = 0; i < 200; i++) {
    state = after(4000, 60, state);
    expect(exceeds(state, MOST)).toBe(false);
    const newest = state.marks.at(-1);
    if (newest) state = withReturned(state, newest.id);
  }
  expect(state.marks).toEqual([]);
});

test("RELAY-AHEAD: a mark that was never sent, or was returned before, counts for nothing", () => {
  const state = withMark(withMark(after(1, 1000), "7"), "8");
  expect(withReturned(state, "9")).toEqual(state);
  const returned = withReturned(state, "7");
  expect(returned.marks.map(({ id }) => id)).toEqual(["8"]);
  expect(withReturned(returned, "7")).toEqual(returned);
});

test("RELAY-AHEAD: what is unread fits into what outlasts an object's sleep", () => {
  let state = NOTHING_UNREAD;
  while (!exceeds(state, MOST)) state = after(4000, 1, after(1, 512 * 1024, state));
  expect(state.marks.length).toBeLessThan(24);
});
