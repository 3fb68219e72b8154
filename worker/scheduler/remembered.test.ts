import fc from "fast-check";
import { expect, test } from "vitest";
import type { Node, Pod, Service } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "./cycle.ts";
import { plugins } from "./plugins/index.ts";

const ZONE = "topology.kubernetes.io/zone";

/** Pod requests that involve each plugin with a cache, and those that look at more than the node. */
const shapes: readonly Parameters<typeof pod>[1][] = [
  { cpu: "100m" },
  { cpu: "900m", spec: { tolerations: [{ operator: "Exists" }] } },
  { cpu: "300m", spec: { nodeSelector: { disk: "ssd" } } },
  { spec: { containers: [{ name: "c", image: "x", ports: [{ containerPort: 1, hostPort: 80 }] }] } },
  {
    labels: { app: "web" },
    spec: { topologySpreadConstraints: [spread("DoNotSchedule", "kubernetes.io/hostname"), spread("ScheduleAnyway")] },
  },
  { labels: { app: "web" }, spec: { priority: 9, topologySpreadConstraints: [spread("ScheduleAnyway")] } },
  { labels: { app: "web" }, cpu: "1m" },
];

/** Pods of a service are spread by default. */
const service = {
  kind: "Service",
  apiVersion: "v1",
  metadata: { ...pod("web").metadata },
  spec: { selector: { app: "web" } },
  status: {},
} as Stored<Service>;

function spread(whenUnsatisfiable: string, topologyKey = ZONE) {
  return { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels: { app: "web" } } };
}

const nodeSays = fc.record({
  which: fc.nat(3),
  cpu: fc.constantFrom("1", "4"),
  zone: fc.constantFrom("a", "b", "c", undefined),
  disk: fc.constantFrom("ssd", "hdd"),
  unschedulable: fc.constantFrom(false, false, true),
  taint: fc.constantFrom("NoSchedule", "PreferNoSchedule", undefined, undefined, undefined),
});
const deeds = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ place: fc.nat(shapes.length - 1) }) },
    { weight: 4, arbitrary: fc.constant({ place: shapes.length - 1 }) },
    { weight: 1, arbitrary: fc.record({ end: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ set: nodeSays }) },
    { weight: 1, arbitrary: fc.record({ lose: fc.nat(5) }) },
  ),
  { minLength: 1, maxLength: 40 },
);

test("SCHED-COUNT, SCHED-EQUAL: cached facts about nodes, pods and domains equal freshly computed ones", () => {
  fc.assert(
    fc.property(fc.array(nodeSays, { minLength: 1, maxLength: 6 }), deeds, (first, then) => {
      const objects = new Map<string, Stored<Node> | Stored<Pod> | Stored<Service>>([["Service", service]]);
      const state = schedulerOf([service]);
      const put = (object: Stored<Node> | Stored<Pod>) => {
        objects.set(`${object.kind} ${object.metadata.name}`, object);
        state.apply(`${object.kind.toLowerCase()}s`, object, { deleted: false, now: 0 });
      };
      const end = (object: Stored<Node> | Stored<Pod> | Stored<Service> | undefined) => {
        if (!object) return;
        objects.delete(`${object.kind} ${object.metadata.name}`);
        const last = { ...object, metadata: { ...object.metadata, resourceVersion: "1000000" } };
        state.apply(`${object.kind.toLowerCase()}s`, last as Stored<Node>, { deleted: true, now: 0 });
      };
      const setNode = ({ which, cpu, zone, disk, unschedulable, taint }: (typeof first)[number]) =>
        put(
          node(`n${which}`, {
            cpu,
            labels: { disk, ...(zone && { [ZONE]: zone }) },
            spec: { unschedulable, ...(taint && { taints: [{ key: "own", effect: taint }] }) },
          }),
        );
      for (const says of first) setNode(says);
      let names = 0;
      for (const deed of then) {
        if ("set" in deed) setNode(deed.set);
        else if ("lose" in deed) end(objects.get(`Node n${deed.lose}`));
        else if ("end" in deed) end(objects.get(`Pod p${deed.end}`));
        else {
          const waiting = pod(`p${names++}`, shapes[deed.place]);
          const options = { random: () => 0, startAt: 0, now: 0 };
          const answerOf = (of: typeof state) => {
            of.apply("pods", waiting, { deleted: false, now: 0 });
            const next = of.queue.take();
            if (!next) throw new Error("nothing waits");
            const decision = schedule(next, of.cluster, options);
            return decision.kind === "place" ? { ...decision, node: decision.node.name } : decision;
          };
          const answer = answerOf(state);
          expect(answer).toEqual(answerOf(schedulerOf([...objects.values()])));
          if (answer.kind !== "place") end(waiting);
          else put({ ...waiting, spec: { ...waiting.spec, nodeName: answer.node } } as Stored<Pod>);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("plugins that only check the node run before the others, in their order", () => {
  const looksAtMore = plugins.findIndex(({ filter }) => filter);
  expect(plugins.slice(looksAtMore).filter(({ nodeFilter }) => nodeFilter)).toEqual([]);
});
