import { expect, test } from "vitest";
import type { Event } from "../../api/generated/core.v1.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";

/** A node with no room for any pod: each of its changes is worth a look. */
const full = (look: string) => node("a", { pods: "0", spec: { taints: [{ key: look, effect: "PreferNoSchedule" }] } });

/** Looks at the pod until the second of its events repeats; before that, `meanwhile` happens to the event. */
async function repeated(bench: SchedulingBench, meanwhile: (name: string) => Promise<void>) {
  await bench.put("create", full("0"), pod("p"));
  for (const look of ["1", "2"]) {
    await bench.loop.run();
    bench.now += 11_000;
    await bench.put("replace", full(look));
  }
  const event = (await bench.all<Event>("events"))[1];
  if (!event) throw new Error("nothing was recorded");
  await meanwhile(event.metadata.name);
  await bench.settle();
  const after = (await bench.all<Event>("events")).find(({ metadata }) => metadata.name === event.metadata.name);
  return { event, after };
}

test("SCHED-EVENT: a repetition replaces the event as it was written", async () => {
  const bench = new SchedulingBench();
  const { event, after } = await repeated(bench, async () => undefined);
  expect(after).toMatchObject({ metadata: { uid: event.metadata.uid }, series: { count: 2 } });
  expect(bench.requests).toEqual([]);
});

test("SCHED-EVENT: of an event that the API has created, or somebody has changed, only the series is changed", async () => {
  const bench = new SchedulingBench();
  const { event, after } = await repeated(bench, async (name) => {
    const found = (await bench.all<Event>("events")).find(({ metadata }) => metadata.name === name);
    if (found) await bench.put("replace", { ...found, metadata: { ...found.metadata, uid: "another" } });
  });
  expect(after).toMatchObject({ metadata: { uid: "another" } });
  expect(bench.requests).toMatchObject([
    {
      verb: "patch",
      resource: "events.events.k8s.io",
      namespace: "default",
      name: event.metadata.name,
      body: { series: { count: 2 } },
    },
  ]);
});

test("SCHED-EVENT: an event that somebody has deleted is not created again", async () => {
  const bench = new SchedulingBench();
  const { after } = await repeated(bench, (name) => bench.remove("events", name));
  expect(after).toBeUndefined();
  expect(bench.requests).toEqual([]);
});
