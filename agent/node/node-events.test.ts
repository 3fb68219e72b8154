import { expect, it, vi } from "vitest";
import type { Event, Node, NodeCondition } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { NodeEvents } from "./node-events.ts";

const conditions = (states: Readonly<Record<string, string>>): NodeCondition[] =>
  Object.entries(states).map(([type, status]) => ({ type, status }));
const nodeOf = (states: Readonly<Record<string, string>>): Node => ({
  metadata: { name: "n" },
  spec: {},
  status: { conditions: conditions(states), nodeInfo: { bootID: "boot-2" } as never },
});

it("AGENT-EVENTS: a node emits events for its start and for each change of its condition", async () => {
  const notified: Event[] = [];
  const counted: unknown[] = [];
  const client = {
    create: async (_: unknown, event: Event) => void notified.push(event),
    patch: async (_: unknown, __: string, body: unknown) => {
      counted.push(body);
      return { ok: true };
    },
  } as unknown as ApiClient;
  const events = new NodeEvents(client, "n");
  const words = () => notified.map(({ reason, message }) => `${reason}: ${message}`);

  events.reported(nodeOf({ MemoryPressure: "False", Ready: "False" }), { isFirst: true, hasRebooted: true });
  await expect.poll(() => notified).toHaveLength(4);
  expect(words()).toEqual([
    "Starting: Starting kubelet.",
    "Rebooted: Node n has been rebooted, boot id: boot-2",
    "NodeHasSufficientMemory: Node n status is now: NodeHasSufficientMemory",
    "NodeNotReady: Node n status is now: NodeNotReady",
  ]);
  expect(notified[0]).toMatchObject({
    metadata: { namespace: "default" },
    involvedObject: { kind: "Node", name: "n", uid: "n" },
    source: { component: "kubelet", host: "n" },
    count: 1,
  });

  notified.length = 0;
  const since = { isFirst: false, hasRebooted: false };
  events.reported(nodeOf({ MemoryPressure: "False", Ready: "True" }), since);
  events.reported(nodeOf({ MemoryPressure: "False", Ready: "True" }), since);
  await expect.poll(() => words()).toEqual(["NodeReady: Node n status is now: NodeReady"]);

  events.reported(nodeOf({ Ready: "False" }), since);
  await expect.poll(() => counted).toEqual([expect.objectContaining({ count: 2 })]);
});

it("AGENT-EVENTS: hours of pressure on a node write only a handful of rows", async () => {
  vi.useFakeTimers();
  const counts: unknown[] = [];
  const client = {
    create: async () => void counts.push(1),
    patch: async (_: unknown, __: string, { count }: { count: number }) => {
      counts.push(count);
      return { ok: true };
    },
  } as unknown as ApiClient;
  const events = new NodeEvents(client, "n");
  for (let look = 0; look < 360; look++) {
    events.record({ type: "Warning", reason: "EvictionThresholdMet", message: "Attempting to reclaim memory" });
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(counts.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect([counts.length, counts.at(-1)]).toEqual([36, 331]);
  vi.useRealTimers();
});
