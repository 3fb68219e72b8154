import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

const LATER = 60_000;
const here = (app: string) => [{ labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" }];
const near = (app: string): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: here(app) } },
});
const away = (app: string): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: here(app) } },
});
const onClaim: Partial<PodSpec> = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] };
const object = (name: string, more: object = {}) =>
  ({
    kind: "X",
    apiVersion: "v1",
    metadata: { name, uid: name, resourceVersion: "9999", creationTimestamp: "", ...more },
  }) as Stored<KubeObject>;
const running = (name: string, app: string) => pod(name, { labels: { app }, spec: { nodeName: "a" } });

/** Whether a refused pod is tried again after the change. */
function isTriedAgain(spec: Partial<PodSpec>, change: readonly [string, Stored<KubeObject>, "comes" | "goes"]) {
  const state = schedulerOf([node("a"), running("other", "other"), pod("p", { spec })]);
  const waiting = state.queue.take();
  if (!waiting) throw new Error("nothing waits");
  const decision = schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 });
  if (decision.kind !== "refuse") throw new Error(decision.kind);
  state.queue.refuse(waiting, decision.plugins, 0);
  const [resource, changed, how] = change;
  state.apply(resource, changed, { deleted: how === "goes", now: LATER });
  return state.queue.take() !== undefined;
}

describe("SCHED-WAIT: a refused pod is tried again when a change may help", () => {
  test.each<[string, Partial<PodSpec>, readonly [string, Stored<KubeObject>, "comes" | "goes"], boolean]>([
    ["the pod that it is to be near to", near("db"), ["pods", running("db", "db"), "comes"], true],
    ["another pod", near("db"), ["pods", running("web", "web"), "comes"], false],
    ["one more pod that it is to be away from", away("other"), ["pods", running("more", "other"), "comes"], false],
    ["a namespace", near("db"), ["namespaces", object("ns"), "comes"], false],
    ["its claim", onClaim, ["persistentvolumeclaims", object("data", { namespace: "default" }), "comes"], true],
    ["its claim's end", onClaim, ["persistentvolumeclaims", object("data", { namespace: "default" }), "goes"], false],
    ["somebody else's claim", onClaim, ["persistentvolumeclaims", object("data", { namespace: "x" }), "comes"], false],
    ["a volume, for a claim that is missing", onClaim, ["persistentvolumes", object("pv"), "comes"], false],
    ["a namespace, for a claim", onClaim, ["namespaces", object("ns"), "comes"], false],
  ])("%s", (_, spec, change, again) => {
    expect(isTriedAgain(spec, change)).toBe(again);
  });

  const requests = (resources: Record<string, string>): Partial<PodSpec> => ({
    containers: [{ name: "c", image: "x", resources: { requests: resources } }],
  });
  const asks = (cpu: string) => requests({ cpu });
  const onDisk: Partial<PodSpec> = { nodeSelector: { disk: "ssd" } };
  const spread: Partial<PodSpec> = {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "x" } },
      },
    ],
  };
  const unlike = (more: Parameters<typeof node>[1], name = "a") => {
    const changed = node(name, more);
    return { ...changed, metadata: { ...changed.metadata, resourceVersion: "9999" } };
  };
  const GPU = "example.com/gpu";
  const withDevices = (count: string) => {
    const changed = unlike({});
    return { ...changed, status: { allocatable: { ...changed.status.allocatable, [GPU]: count } } };
  };
  const tainted = { spec: { taints: [{ key: "t", effect: "NoSchedule" }] } };
  test.each<[string, Partial<PodSpec>, Stored<KubeObject>, boolean]>([
    ["more CPU, for a pod that lacks CPU", asks("8"), unlike({ cpu: "9" }), true],
    ["more processors, still too few", asks("8"), unlike({ cpu: "5" }), false],
    ["more memory, for a pod that lacks CPU", asks("8"), unlike({ memory: "9Gi" }), false],
    ["more memory, for a pod that lacks memory", requests({ memory: "9Gi" }), unlike({ memory: "9Gi" }), true],
    ["more memory, still too little", requests({ memory: "9Gi" }), unlike({ memory: "8.5Gi" }), false],
    ["more CPU, for a pod that lacks memory", requests({ memory: "9Gi" }), unlike({ cpu: "9" }), false],
    ["devices, for a pod that lacks devices", requests({ [GPU]: "1" }), withDevices("1"), true],
    ["too few devices", requests({ [GPU]: "2" }), withDevices("1"), false],
    ["devices, for a pod that lacks CPU", asks("8"), withDevices("1"), false],
    ["a label, for a pod that lacks CPU", asks("8"), unlike({ labels: { disk: "ssd" } }), false],
    ["a taint, for a pod that lacks CPU", asks("8"), unlike(tainted), true],
    ["a node that is too small", asks("8"), unlike({ cpu: "2" }, "b"), false],
    ["a node that is large enough", asks("8"), unlike({ cpu: "9" }, "b"), true],
    ["the label that is asked for", onDisk, unlike({ labels: { disk: "ssd" } }), true],
    ["another label", onDisk, unlike({ labels: { disk: "hdd" } }), false],
    ["a domain, for a pod with a spread constraint", spread, unlike({ labels: { zone: "z" } }), true],
    ["another label, for a pod with a spread constraint", spread, unlike({ labels: { disk: "z" } }), false],
    ["a taint of a node outside all domains", spread, unlike(tainted), false],
    ["a label, for a pod with hostname affinity", near("db"), unlike({ labels: { disk: "ssd" } }), false],
    ["a node, for a pod with hostname affinity", near("db"), unlike({}, "b"), true],
    ["a label, for a pod that waits for a claim", onClaim, unlike({ labels: { disk: "ssd" } }), false],
    ["a volume's node, for a pod that waits for a claim", onClaim, unlike({}, "b"), true],
  ])("%s", (_, spec, changed, again) => {
    expect(isTriedAgain(spec, ["nodes", changed, "comes"])).toBe(again);
  });

  test("removing a taint helps pods that do not tolerate it, removing another one does not", () => {
    const taints = (...keys: string[]) =>
      unlike({ spec: { taints: keys.map((key) => ({ key, effect: "NoSchedule" })) } });
    const triedAfter = (changed: Stored<KubeObject>, spec: Partial<PodSpec> = {}) => {
      const state = schedulerOf([taints("t", "u"), pod("p", { spec })]);
      const waiting = state.queue.take();
      if (!waiting) throw new Error("nothing waits");
      state.queue.refuse(waiting, new Set(["TaintToleration"]), 0);
      state.apply(
        "nodes",
        { ...changed, metadata: { ...changed.metadata, resourceVersion: "10000" } },
        { deleted: false, now: LATER },
      );
      return state.queue.take() !== undefined;
    };
    const tolerant = { tolerations: [{ key: "t", operator: "Exists" }] };
    expect([triedAfter(taints("t")), triedAfter(taints("t"), tolerant)]).toEqual([false, true]);
    expect([triedAfter(taints()), triedAfter(taints("u"), tolerant)]).toEqual([true, false]);
    expect([triedAfter(node("b")), triedAfter(node("b", tainted))]).toEqual([true, false]);
  });

  test.each<[string, Parameters<typeof node>[1], boolean]>([
    ["uncordoning its node", {}, true],
    ["more CPU on its node", { spec: { unschedulable: true }, cpu: "9" }, false],
    ["more CPU on another node", { cpu: "9" }, false],
  ])("for a pod that a cordoned node refused: %s", (what, more, again) => {
    const name = what.includes("another") ? "b" : "a";
    const state = schedulerOf([node("a", { spec: { unschedulable: true } }), node("b"), pod("p")]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    state.queue.refuse(waiting, new Set(["NodeUnschedulable"]), 0);
    state.apply("nodes", unlike(more, name), { deleted: false, now: LATER });
    expect(state.queue.take() !== undefined).toBe(again);
  });

  test("deleting a pod helps the pods that it blocked", () => {
    const { metadata, ...other } = running("other", "other");
    const gone = { ...other, metadata: { ...metadata, resourceVersion: "9999" } };
    expect(isTriedAgain(away("other"), ["pods", gone, "goes"])).toBe(true);
  });

  test.each([
    ["the port that it is to listen at", 80, true],
    ["another port", 81, false],
  ])("a pod leaves %s", (_, freed, again) => {
    const listening = (name: string, hostPort: number, spec: Partial<PodSpec> = {}) =>
      pod(name, {
        spec: { ...spec, containers: [{ name: "c", image: "x", ports: [{ containerPort: 1, hostPort }] }] },
      });
    const holders = [80, 81].map((port) => listening(`at-${port}`, port, { nodeName: "a" }));
    const state = schedulerOf([node("a"), ...holders, listening("p", 80)]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    const decision = schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 });
    if (decision.kind !== "refuse") throw new Error(decision.kind);
    state.queue.refuse(waiting, decision.plugins, 0);
    for (const holder of holders) {
      const gone = { ...holder, metadata: { ...holder.metadata, resourceVersion: "9999" } };
      if (holder.metadata.name === `at-${freed}`) state.apply("pods", gone, { deleted: true, now: LATER });
    }
    expect(state.queue.take() !== undefined).toBe(again);
  });

  const sized = (name: string, { cpu = "1", memory = "1Gi" }, spec: Partial<PodSpec> = {}, revision = "1") => {
    const made = pod(name, { spec: { ...spec, ...requests({ cpu, memory }) } });
    return { ...made, metadata: { ...made.metadata, resourceVersion: revision } };
  };
  test.each<[string, { cpu?: string; memory?: string }, "comes" | "goes", boolean]>([
    ["uses less CPU", { cpu: "2" }, "comes", true],
    ["uses less memory, which it does not request", { cpu: "3", memory: "512Mi" }, "comes", false],
    ["uses more CPU", { cpu: "4" }, "comes", false],
    ["uses as much as before", { cpu: "3" }, "comes", false],
    ["ends", { cpu: "3" }, "goes", true],
  ])("a pod that lacks CPU, if another %s", (_, after, how, again) => {
    const here = { nodeName: "a" };
    const state = schedulerOf([node("a"), sized("other", { cpu: "3" }, here), pod("p", { cpu: "2" })]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    state.queue.refuse(waiting, new Set(["NodeResourcesFit"]), 0);
    state.apply("pods", sized("other", after, here, "9999"), { deleted: how === "goes", now: LATER });
    expect(state.queue.take() !== undefined).toBe(again);
  });

  test.each([
    ["more pods", "2", true],
    ["as many pods", "1", false],
  ])("a pod that finds no place, if the node takes %s", (_, places, again) => {
    const state = schedulerOf([node("a", { pods: "1" }), running("other", "other"), pod("p")]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    state.queue.refuse(waiting, new Set(["NodeResourcesFit"]), 0);
    state.apply("nodes", unlike({ pods: places }), { deleted: false, now: LATER });
    expect(state.queue.take() !== undefined).toBe(again);
  });
});
