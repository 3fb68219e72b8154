/** Deletes the pods of nodes that do not exist, once it is clear that those do not come back. */
import { defineController, settled } from "../controller.ts";
import { disruption } from "../pod/disruption-target.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { removal } from "./pod-gc.ts";

/** A missing node may just be late, or come back: kubelets recreate it when they start. */
const QUARANTINE_MS = 40_000;

interface Memory {
  /** When it was first found missing (ms). */
  readonly since: number;
}

/** One item per node. A separate controller, so that memories are only looked up for pods whose node is missing. */
export const missingNodeController = defineController({
  name: "pod-garbage-collector",
  component: "pod-garbage-collector-controller",
  reads: ["nodes", "pods"],
  writes: ["pods"],
  /** Kubernetes looks at all pods that often. */
  pace: { longest: 20_000 },
  remembers: true,
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "nodes") return deleted ? [object.metadata.name] : [];
    const { nodeName } = object.spec;
    return !deleted && nodeName && !snapshot.get("nodes", "", nodeName) ? [nodeName] : [];
  },
  reconcile(name, { snapshot, now, remembered }) {
    const pods = snapshot.podsOnNode(name);
    if (pods.length === 0 || snapshot.get("nodes", "", name)) return settled;
    const memory = (remembered as Memory | undefined) ?? { since: now };
    const end = memory.since + QUARANTINE_MS;
    if (end > now) return { effects: [], wakeAt: end, remember: memory };
    const why = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists", phase: "Failed" as const };
    const effects = pods.flatMap((pod) => [...(isTerminated(pod) ? [] : [disruption(pod, why, now)]), removal(pod)]);
    return { effects, remember: memory };
  },
});
