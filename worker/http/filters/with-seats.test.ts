import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ResourceAttributes } from "../../auth/attributes.ts";
import type { PriorityLevel } from "../../fairness/priority-levels.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { type RequestSeats, withSeats } from "./with-seats.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const level: PriorityLevel = { name: "low", nominal: 1, kept: 1, most: 1, maxWaitingOfFlow: 9, maxWaiting: 9 };

/** A request of a cluster of its own, whose level has one seat. */
const request = (cluster: string) => ({
  cluster,
  policy: { derive: () => new Map([[level.name, level]]) } as unknown as PolicySnapshot,
  flow: { flowSchema: "low", flowSchemaUid: "1", priorityLevel: "low", priorityLevelUid: "2" },
  user: { name: "ann", groups: [] },
  attributes: { subresource: "" } as ResourceAttributes,
  verb: "get",
  bodyBytes: 0,
});

test("FAIR-LEVEL: a request that is decided again has its seat already", async () => {
  const order: string[] = [];
  const next = withSeats(async (first: RequestSeats) => {
    await first.take(request("a"));
    const waiting = withSeats(async (seats) => {
      await seats.take(request("a"));
      order.push("next");
    });
    await first.take(request("a"));
    order.push("first");
    return { waiting };
  });
  await (await next).waiting;
  expect(order).toEqual(["first", "next"]);
});

test("FAIR-LEVEL: a request waits no longer than 15 s, however often it is decided", async () => {
  const holder = Promise.withResolvers<void>();
  const held = withSeats(async (seats) => {
    await seats.take(request("b"));
    await holder.promise;
  });
  const refused = withSeats(async (seats) => {
    await expect(seats.take(request("b"))).rejects.toThrow("Too many requests");
    const since = Date.now();
    await expect(seats.take(request("b"))).rejects.toThrow("Too many requests");
    return Date.now() - since;
  });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await refused).toBe(0);
  holder.resolve();
  await held;
});
