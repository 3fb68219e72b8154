import { expect, test } from "vitest";
import {
  type AheadState,
  isTooFar,
  NOTHING_AHEAD,
  needsMark,
  renderMark,
  returnedMark,
  withMark,
  withMessage,
  withReturned,
} from "./ahead.ts";

const frames = (bytes: number) => new Uint8Array(bytes).fill(3).buffer;

/** After so many messages, marked as they should be. */
function after(count: number, bytes: number, from: AheadState = NOTHING_AHEAD): AheadState {
  const message = frames(bytes);
  let state = from;
  for (let i = 0; i < count; i++) {
    state = withMessage(state, message);
    if (needsMark(state)) state = withMark(state, BigInt(i));
  }
  return state;
}

test.each([
  ["bytes", 5, 1024 * 1024],
  ["messages of no length", 50_001, 0],
])("RELAY-AHEAD: too many %s are too far ahead", (_, count, bytes) => {
  expect(isTooFar(after(count - 1, bytes))).toBe(false);
  expect(isTooFar(after(count, bytes))).toBe(true);
});

test("RELAY-AHEAD: what was sent before a returned mark was read, however small the messages", () => {
  let state = NOTHING_AHEAD;
  for (let i = 0; i < 200; i++) {
    state = after(4000, 60, state);
    expect(isTooFar(state)).toBe(false);
    const newest = state.marks.at(-1);
    if (newest) state = withReturned(state, newest.id);
  }
  expect(state.marks).toEqual([]);
});

test("RELAY-AHEAD: a mark that was never sent, or was returned before, counts for nothing", () => {
  const state = withMark(withMark(after(1, 1000), 7n), 8n);
  expect(withReturned(state, 9n)).toEqual(state);
  const returned = withReturned(state, 7n);
  expect(returned.marks.map(({ id }) => id)).toEqual([8n]);
  expect(withReturned(returned, 7n)).toEqual(returned);
});

test("RELAY-AHEAD: only a whole mark is one", () => {
  expect(returnedMark(renderMark(2n ** 64n - 1n))).toBe(2n ** 64n - 1n);
  for (const other of ["text", frames(9), frames(0), renderMark(1n).slice(0, 8)])
    expect(returnedMark(other)).toBeUndefined();
});

test("RELAY-AHEAD: the state of a full relay fits into what outlasts its sleep", () => {
  let state = NOTHING_AHEAD;
  while (!isTooFar(state)) state = after(4000, 1, after(1, 512 * 1024, state));
  expect(state.marks.length).toBeLessThan(24);
});
