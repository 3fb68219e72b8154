import { expect, test } from "vitest";
import { BodyRoom, type HeldBody } from "./body-room.ts";

function roomOf(most: number) {
  let now = 0;
  const room = new BodyRoom({ most, each: most / 2, short: most / 10, now: () => now });
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
  if (whole) room.arrived(whole, 100);
  later(899_999);
  expect([room.enter(1), ...lostOf(whole)]).toEqual([undefined, false]);
  later(1);
  expect([room.enter(1)?.bytes, ...lostOf(whole)]).toEqual([1, true]);
});

test("INGRESS-BODIES: a short body of unknown length takes what has come of it", () => {
  const { room } = roomOf(100);
  const growing = room.enter(0) as HeldBody;
  expect([room.grow(growing, 4), room.grow(growing, 6)]).toEqual([true, true]);
  expect([room.enter(91), room.enter(90)?.bytes]).toEqual([undefined, 90]);
});

test("INGRESS-BODIES: a longer one takes what the longest would, so that others cannot keep it from going on", () => {
  const { room } = roomOf(100);
  const bodies = [room.enter(0), room.enter(0), room.enter(0)] as HeldBody[];
  for (const body of bodies) expect(room.grow(body, 10)).toBe(true);
  const [first, second, third] = bodies as [HeldBody, HeldBody, HeldBody];
  expect([room.grow(first, 1), room.grow(second, 1), room.grow(first, 39)]).toEqual([true, false, true]);
  room.arrived(first, 50);
  room.leave(first);
  expect([room.grow(second, 1), room.grow(third, 1)]).toEqual([true, true]);
  expect(room.enter(1)).toBeUndefined();
  room.arrived(second, 11);
  expect(room.enter(39)?.bytes).toBe(39);
});

test("INGRESS-BODIES: one that grows makes room for itself, too", () => {
  const { room, later } = roomOf(100);
  const growing = room.enter(0) as HeldBody;
  expect(room.grow(growing, 50)).toBe(true);
  const other = room.enter(50) as HeldBody;
  room.arrived(other, 50);
  const last = room.enter(0) as HeldBody;
  expect([room.grow(last, 1), ...lostOf(growing, other, last)]).toEqual([false, false, false, false]);
  // The oldest that has not come is broken off.
  later(10_000);
  expect([room.grow(last, 1), ...lostOf(growing, other, last)]).toEqual([true, true, false, false]);
  expect(room.grow(growing, 1)).toBe(false);
});
