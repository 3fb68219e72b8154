/** What a node refuses, and why, on one node that is in use; and what is preferred among nodes that would do. */
import { describe, expect, test } from "vitest";
import type { Container, NodeSelectorTerm, PodSpec, Taint, Toleration } from "../../../api/generated/core.v1.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

const GPU = "example.com/gpu";
const asking = (requests: Record<string, string>): Container => ({ name: "c", image: "x", resources: { requests } });
const asks = (requests: Record<string, string>): Partial<PodSpec> => ({ containers: [asking(requests)] });
const listensAt = (hostPort: number, more: object = {}): Partial<PodSpec> => ({
  containers: [{ name: "c", image: "x", ports: [{ containerPort: 1, hostPort, protocol: "TCP", ...more }] }],
});
const onNodes = (...nodeSelectorTerms: NodeSelectorTerm[]): Partial<PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const matching = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, values }],
});
const named = (...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: "metadata.name", operator: "In", values }],
});
const tolerates = (...tolerations: Toleration[]): Partial<PodSpec> => ({ tolerations });

const used = pod("used", {
  spec: {
    nodeName: "a",
    containers: [
      {
        ...asking({ cpu: "1500m", memory: "3Gi", "ephemeral-storage": "8Gi", [GPU]: "1" }),
        ports: [
          { containerPort: 80, hostPort: 80, protocol: "TCP" },
          { containerPort: 81, hostPort: 81, protocol: "TCP", hostIP: "10.0.0.1" },
        ],
      },
    ],
  },
});

/** The reason why the node refuses the pod, or "fits". */
function verdictOn(spec: Partial<PodSpec>, { taints = [], pods = "2" }: { taints?: Taint[]; pods?: string } = {}) {
  const inUse = node("a", { labels: { zone: "z1", size: "5" }, spec: { taints } });
  const allocatable = { cpu: "2", memory: "4Gi", "ephemeral-storage": "10Gi", pods, [GPU]: "2" };
  const state = schedulerOf([Object.assign(inUse, { status: { allocatable } }), used, pod("p", { spec })]);
  const waiting = state.queue.take();
  if (!waiting) throw new Error("nothing waits");
  const decision = schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 });
  if (decision.kind === "place") return "fits";
  return decision.kind === "refuse" ? /available: (?:1 )?(.*?)\. /.exec(decision.message)?.[1] : "waits";
}

const AFFINITY = "node(s) didn't match Pod's node affinity/selector";
const PORTS = "node(s) didn't have free ports for the requested pod ports";
const sidecar = { ...asking({ cpu: "300m" }), name: "s", restartPolicy: "Always" };

const [own, gone] = [
  { key: "own", value: "x", effect: "NoSchedule" },
  { key: "gone", effect: "NoExecute" },
];

describe("a node that is in use", () => {
  test.each<[what: string, spec: Partial<PodSpec>, verdict: string]>([
    ["all that is left of the CPU", asks({ cpu: "500m" }), "fits"],
    ["more CPU than is left", asks({ cpu: "501m" }), "Insufficient cpu"],
    ["all that is left of the memory", asks({ memory: "1Gi" }), "fits"],
    ["more memory than is left", asks({ memory: "1025Mi" }), "Insufficient memory"],
    ["all that is left of the disk", asks({ "ephemeral-storage": "2Gi" }), "fits"],
    ["more disk than is left", asks({ "ephemeral-storage": "2049Mi" }), "Insufficient ephemeral-storage"],
    ["the device that is left", asks({ [GPU]: "1" }), "fits"],
    ["more devices than are left", asks({ [GPU]: "2" }), `Insufficient ${GPU}`],
    ["a resource that it does not have", asks({ "example.com/other": "1" }), "Insufficient example.com/other"],
    ["none of a resource that it does not have", asks({ "example.com/other": "0" }), "fits"],
    ["too much of several", asks({ cpu: "3", memory: "5Gi" }), "Insufficient cpu, 1 Insufficient memory"],
    ["too much at the start", { initContainers: [asking({ cpu: "501m" })] }, "Insufficient cpu"],
    [
      "what fits at the start, then ends",
      { ...asks({ cpu: "300m" }), initContainers: [asking({ cpu: "500m" })] },
      "fits",
    ],
    ["too much with a sidecar", { ...asks({ cpu: "300m" }), initContainers: [sidecar] }, "Insufficient cpu"],
    ["too much with its overhead", { ...asks({ cpu: "300m" }), overhead: { cpu: "300m" } }, "Insufficient cpu"],
    ["too much as a whole", { resources: { requests: { cpu: "600m" } } }, "Insufficient cpu"],
    ["a port that is taken", listensAt(80), PORTS],
    ["a port that is taken at all addresses", listensAt(80, { hostIP: "10.0.0.2" }), PORTS],
    ["a port that is taken at one address, at all", listensAt(81), PORTS],
    ["a port that is taken at another address", listensAt(81, { hostIP: "10.0.0.2" }), "fits"],
    ["the port of another protocol", listensAt(80, { protocol: "UDP" }), "fits"],
    ["another port", listensAt(82), "fits"],
    ["its zone", { nodeSelector: { zone: "z1" } }, "fits"],
    ["another zone", { nodeSelector: { zone: "z2" } }, AFFINITY],
    ["its zone and another label", { nodeSelector: { zone: "z1", disk: "ssd" } }, AFFINITY],
    ["one of several zones", onNodes(matching("zone", "In", "z0", "z1")), "fits"],
    ["no zone", onNodes(matching("zone", "DoesNotExist")), AFFINITY],
    ["no disk", onNodes(matching("disk", "DoesNotExist")), "fits"],
    ["any zone but its own", onNodes(matching("zone", "NotIn", "z1")), AFFINITY],
    ["a size above its own", onNodes(matching("size", "Gt", "5")), AFFINITY],
    ["a size above 4", onNodes(matching("size", "Gt", "4")), "fits"],
    ["a size below its own", onNodes(matching("size", "Lt", "5")), AFFINITY],
    ["one of two terms", onNodes(matching("zone", "In", "z2"), matching("size", "Exists")), "fits"],
    ["a term of which half is met", onNodes({ ...matching("zone", "In", "z2"), ...named("a") }), AFFINITY],
    ["it by name", onNodes(named("a")), "fits"],
    ["another by name", onNodes(named("b")), "node(s) didn't satisfy plugin(s) [NodeAffinity]"],
    [
      "two names at once",
      onNodes({ matchFields: [...(named("a").matchFields ?? []), ...(named("b").matchFields ?? [])] }),
      "pod affinity terms conflict",
    ],
    ["a selector and a term, of which one is met", { ...onNodes(named("a")), nodeSelector: { zone: "z2" } }, AFFINITY],
  ])("is asked for %s", (_, spec, verdict) => {
    expect(verdictOn(spec)).toBe(verdict);
  });

  test("takes no more pods than it may", () => {
    expect([verdictOn({}, { pods: "2" }), verdictOn({}, { pods: "1" })]).toEqual(["fits", "Too many pods"]);
  });

  const TAINT = "node(s) had untolerated taint(s)";
  test.each<[what: string, taints: Taint[], spec: Partial<PodSpec>, verdict: string]>([
    ["a taint", [own], {}, TAINT],
    ["a taint that evicts", [gone], {}, TAINT],
    ["a taint that is merely avoided", [{ ...own, effect: "PreferNoSchedule" }], {}, "fits"],
    ["a taint that is tolerated", [own], tolerates({ key: "own", value: "x" }), "fits"],
    ["a taint of another value", [own], tolerates({ key: "own", value: "y" }), TAINT],
    ["a taint of any value", [own], tolerates({ key: "own", operator: "Exists" }), "fits"],
    ["a taint of another effect", [own], tolerates({ key: "own", operator: "Exists", effect: "NoExecute" }), TAINT],
    ["two taints, of which one is tolerated", [own, gone], tolerates({ key: "own", operator: "Exists" }), TAINT],
    ["two taints, and a pod that tolerates all", [own, gone], tolerates({ operator: "Exists" }), "fits"],
  ])("with %s", (_, taints, spec, verdict) => {
    expect(verdictOn(spec, { taints })).toBe(verdict);
  });
});

describe("of two nodes that would do", () => {
  const preferring = (weight: number, preference: NodeSelectorTerm) => ({ weight, preference });
  const prefers = (...terms: ReturnType<typeof preferring>[]): Partial<PodSpec> => ({
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const avoid = (key: string): Taint => ({ key, effect: "PreferNoSchedule" });
  test.each<[what: string, chosen: Parameters<typeof node>[1], other: Parameters<typeof node>[1], Partial<PodSpec>]>([
    ["the one with more CPU left", { cpu: "8" }, { cpu: "4" }, asks({ cpu: "1", memory: "1Gi" })],
    ["the one with more memory left", { memory: "16Gi" }, { memory: "8Gi" }, asks({ cpu: "1", memory: "1Gi" })],
    [
      "the one with fewer taints to be avoided",
      { spec: { taints: [avoid("t")] } },
      { spec: { taints: [avoid("t"), avoid("u")] } },
      {},
    ],
    [
      "the one whose taint is tolerated",
      { spec: { taints: [avoid("t")] } },
      { spec: { taints: [avoid("u")] } },
      tolerates({ key: "t", operator: "Exists" }),
    ],
    [
      "the one whose taint, tolerated, is not to be avoided",
      { spec: { taints: [own] } },
      { spec: { taints: [avoid("t")] } },
      tolerates({ key: "own", operator: "Exists", effect: "NoSchedule" }),
    ],
    ["the preferred one", { labels: { disk: "ssd" } }, {}, prefers(preferring(1, matching("disk", "Exists")))],
    [
      "the one of the larger weight",
      { labels: { disk: "ssd" } },
      { labels: { gpu: "1" } },
      prefers(preferring(3, matching("disk", "Exists")), preferring(2, matching("gpu", "Exists"))),
    ],
    [
      "the one of the larger sum",
      { labels: { a: "1", b: "1" } },
      { labels: { c: "1" } },
      prefers(
        ...["a", "b"].map((key) => preferring(2, matching(key, "Exists"))),
        preferring(3, matching("c", "Exists")),
      ),
    ],
  ])("%s is chosen", (_, chosen, other, spec) => {
    // In both orders: chance would choose the first.
    for (const names of [
      ["chosen", "other"],
      ["other", "chosen"],
    ]) {
      const nodes = names.map((name) => node(name, name === "chosen" ? chosen : other));
      const state = schedulerOf([...nodes, pod("p", { spec })]);
      const waiting = state.queue.take();
      if (!waiting) throw new Error("nothing waits");
      const decision = schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 });
      expect(decision).toMatchObject({ kind: "place", node: { name: "chosen" } });
    }
  });
});
