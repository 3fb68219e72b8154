import { expect, it } from "vitest";
import type { Event, Pod } from "../api/generated/core.v1.ts";
import type { ApiClient } from "../client/api-client.ts";
import { EventRecorder } from "./event-recorder.ts";

const pod: Pod = { metadata: { namespace: "default", name: "p", uid: "u" }, spec: { containers: [] }, status: {} };

it("repeated events are counted, and created again if the API no longer has them", async () => {
  const kept = new Map<string, Event>();
  const client = {
    create: async (_: unknown, event: Event) => {
      kept.set(event.metadata.name ?? "", event);
      return { ok: true };
    },
    patch: async ({ name }: { name: string }, _: string, change: Partial<Event>) => {
      const event = kept.get(name);
      if (event === undefined) return { ok: false, status: { code: 404 } };
      kept.set(name, { ...event, ...change });
      return { ok: true };
    },
  } as unknown as ApiClient;
  const recorder = new EventRecorder(client, "node");
  const happen = () => recorder.record({ pod }, "Warning", "BackOff", "Back-off restarting");
  const counts = () => [...kept.values()].map(({ count }) => count);

  happen();
  happen();
  await expect.poll(counts).toEqual([2]);
  const [first] = kept.values();
  kept.clear();
  happen();
  await expect.poll(counts).toEqual([3]);
  const [again] = kept.values();
  expect([again?.metadata.name, again?.firstTimestamp]).toEqual([first?.metadata.name, first?.firstTimestamp]);
});

it("an event has the annotations that it is recorded with", async () => {
  const created: Event[] = [];
  const client = {
    create: async (_: unknown, event: Event) => {
      created.push(event);
      return { ok: true };
    },
  } as unknown as ApiClient;
  new EventRecorder(client, "node").record(
    { pod, annotations: { starved_resource: "memory" } },
    "Warning",
    "Evicted",
    "",
  );
  await expect
    .poll(() => created.map(({ metadata }) => metadata.annotations))
    .toEqual([{ starved_resource: "memory" }]);
});
