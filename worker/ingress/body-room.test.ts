import { expect, test } from "vitest";
import { BodyRoom, type HeldBody } from "./body-room.ts";

function roomOf(most: number) {
  let now = 0;
  const room = new BodyRoom(most, () => now);
  return { room, later: (ms: number) => (now += ms) };
}
const lostOf = (...bodies: (HeldBody | undefined)[]) => bodies.map((body) => body?.isLost);

test("INGRESS-BODIES: bodies have so much room together, and what leaves makes room", () => {
  const { room } = roomOf(100);
  const first = room.enter(60);
  expect([room.enter(41), room.enter(40)?.bytes]).toEqual([undefined, 40]);
  if (first) room.leave(first);
  if (first) room.leave(first);
  expect([room.enter(61), room.enter(60)?.bytes]).toEqual([undefined, 60]);
});

test("INGRESS-BODIES: a body that has not come in ten seconds makes room, the oldest first", () => {
  const { room, later } = roomOf(100);
  const first = room.enter(40);
  later(1);
  const second = room.enter(40);
  later(9998);
  expect([room.enter(30), ...lostOf(first, second)]).toEqual([undefined, false, false]);
  later(1);
  expect([room.enter(30)?.bytes, ...lostOf(first, second)]).toEqual([30, true, false]);
});

test("INGRESS-BODIES: one that is on its way to a pod stays, but not forever", () => {
  const { room, later } = roomOf(100);
  const whole = room.enter(100);
  if (whole) whole.isComing = false;
  later(899_999);
  expect([room.enter(1), ...lostOf(whole)]).toEqual([undefined, false]);
  later(1);
  expect([room.enter(1)?.bytes, ...lostOf(whole)]).toEqual([1, true]);
});

test("INGRESS-BODIES: a body of unknown length takes what has come of it", () => {
  const { room, later } = roomOf(100);
  const growing = room.enter(0) as HeldBody;
  expect(room.grow(growing, 60)).toBe(true);
  const other = room.enter(40) as HeldBody;
  expect([room.grow(growing, 1), ...lostOf(growing, other)]).toEqual([false, false, false]);
  room.leave(other);
  expect([room.grow(growing, 40), room.enter(1)]).toEqual([true, undefined]);
  // The oldest that has not come may be itself.
  later(10_000);
  expect([room.grow(growing, 1), ...lostOf(growing)]).toEqual([false, true]);
  expect([room.grow(growing, 1), room.enter(100)?.bytes]).toEqual([false, 100]);
});
