import { describe, expect, test } from "vitest";
import type { PodAffinityTerm, PodSpec } from "../../../api/generated/core.v1.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

const near = (app: string, topologyKey = "zone", more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const wants = (...terms: PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const avoids = (...terms: PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const labelled = (name: string, app: string, spec: Partial<PodSpec> = {}) => {
  const made = pod(name, { spec });
  return { ...made, metadata: { ...made.metadata, labels: { app } } };
};

/** Nodes a and b are in one zone, c in another, d in none; pods called db run on a, web on c. */
const NODES = [
  node("a", { labels: { zone: "1", host: "a" } }),
  node("b", { labels: { zone: "1", host: "b" } }),
  node("c", { labels: { zone: "2", host: "c" } }),
  node("d", { labels: { host: "d" } }),
];

/** The nodes on which a pod called p may run. */
function places(app: string, spec: Partial<PodSpec>, others = RUNNING) {
  return NODES.map(({ metadata: { name } }) => name).filter((name) => {
    const state = schedulerOf([...NODES, ...others, labelled("p", app, { ...spec, nodeSelector: { host: name } })]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    return schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 }).kind === "place";
  });
}
const RUNNING = [labelled("db", "db", { nodeName: "a" }), labelled("web", "web", { nodeName: "c" })];

describe("a pod that runs", () => {
  test.each<[string, Partial<PodSpec>, string[]]>([
    ["wherever it likes", {}, ["a", "b", "c", "d"]],
    ["in the zone of another", wants(near("db")), ["a", "b"]],
    ["on the node of another", wants(near("db", "host")), ["a"]],
    ["near two that are apart", wants(near("db"), near("web")), []],
    ["near one of both kinds of label", wants(near("db"), near("db", "host")), ["a"]],
    ["near one in another namespace", wants(near("db", "zone", { namespaces: ["other"] })), []],
    ["near nothing that there is", wants(near("cache")), []],
    ["away from the zone of another", avoids(near("db")), ["c", "d"]],
    ["away from the node of another", avoids(near("db", "host")), ["b", "c", "d"]],
    ["away from two", avoids(near("db"), near("web")), ["d"]],
    [
      "near one and away from another",
      { affinity: { ...wants(near("db")).affinity, ...avoids(near("db", "host")).affinity } },
      ["b"],
    ],
  ])("%s", (_, spec, nodes) => {
    expect(places("p", spec)).toEqual(nodes);
  });

  test("near its like runs anywhere with that label if it is the first, and near the others from then on", () => {
    const group = wants(near("p"));
    expect(places("p", group)).toEqual(["a", "b", "c"]);
    expect(places("p", group, [...RUNNING, labelled("other", "p", { nodeName: "c" })])).toEqual(["c"]);
    expect(places("q", group)).toEqual([]);
  });

  test("keeps away from those that avoid it, of whatever labels their nodes have", () => {
    const shy = labelled("shy", "shy", { ...avoids(near("p")), nodeName: "a" });
    const lost = labelled("lost", "lost", { ...avoids(near("p")), nodeName: "d" });
    expect(places("p", {}, [shy])).toEqual(["c", "d"]);
    expect(places("q", {}, [shy])).toEqual(["a", "b", "c", "d"]);
    expect(places("p", {}, [lost])).toEqual(["a", "b", "c", "d"]);
  });
});
