import { expect, test } from "vitest";
import type { PodSpec, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { scoreTopologySpread } from "./topology-spread-score.ts";

const labels = { app: "web" };
const ZONE = "topology.kubernetes.io/zone";
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "s",
    namespace: "default",
    uid: "s",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
  },
  spec: { selector: labels },
  status: {},
} as unknown as Stored<Service>;

/** The node's labels besides its name, and how many of the pods run there. */
type Place = readonly [labels: Readonly<Record<string, string>>, pods: number];

/** The scores of those nodes that are candidates. */
function scoresOf(places: Readonly<Record<string, Place>>, spec: Partial<PodSpec>, candidates: readonly string[]) {
  const nodes = Object.entries(places).map(([name, [own]]) => node(name, { labels: own }));
  const placed = Object.entries(places).flatMap(([nodeName, [, count]]) =>
    Array.from({ length: count }, (_, i) => pod(`${nodeName}${i}`, { labels, spec: { nodeName } })),
  );
  const { queue, cluster } = schedulerOf([...nodes, ...placed, service, pod("p", { labels, spec })]);
  const waiting = queue.take();
  const among = cluster.nodes.filter(({ name }) => candidates.includes(name));
  const scorer = waiting && scoreTopologySpread(waiting, cluster, among);
  const scores = among.map((each) => scorer?.score(each) ?? 0);
  scorer?.normalize?.(scores, among);
  return Object.fromEntries(among.map(({ name }, i) => [name, scores[i]]));
}

test("SCHED-SPREAD-LABELS: by default, nodes without a zone are one more domain, and are better for having none", () => {
  const places: Record<string, Place> = { a: [{ [ZONE]: "z1" }, 4], b: [{ [ZONE]: "z2" }, 1], c: [{}, 0] };
  expect(scoresOf(places, {}, ["a", "b", "c"])).toEqual({ a: 10, b: 63, c: 100 });
});

test.each([
  ["which are no candidates", ["a", "b"], { a: 100, b: 100 }],
  ["which get nothing", ["a", "b", "c"], { a: 100, b: 100, c: 0 }],
])(
  "SCHED-SPREAD-LABELS: a pod's own constraints count no pods on nodes that lack one of the labels, %s",
  (_, candidates, scores) => {
    const spread = (topologyKey: string) => ({
      topologyKey,
      maxSkew: 1,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    });
    const places: Record<string, Place> = {
      a: [{ [ZONE]: "z1", rack: "1" }, 1],
      b: [{ [ZONE]: "z2", rack: "1" }, 1],
      c: [{ [ZONE]: "z1" }, 3],
    };
    expect(scoresOf(places, { topologySpreadConstraints: [spread(ZONE), spread("rack")] }, candidates)).toEqual(scores);
  },
);
