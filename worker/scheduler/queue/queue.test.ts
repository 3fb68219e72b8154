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
    ["a volume", onClaim, ["persistentvolumes", object("pv"), "comes"], true],
    ["a namespace, for a claim", onClaim, ["namespaces", object("ns"), "comes"], false],
  ])("%s", (_, spec, change, again) => {
    expect(isTriedAgain(spec, change)).toBe(again);
  });

  test("a pod that goes helps those that it was in the way of", () => {
    const { metadata, ...other } = running("other", "other");
    const gone = { ...other, metadata: { ...metadata, resourceVersion: "9999" } };
    expect(isTriedAgain(away("other"), ["pods", gone, "goes"])).toBe(true);
  });
});
