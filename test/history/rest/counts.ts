import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { selects } from "../../../worker/controllers/label-selector.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { amount, hasEnded, isAlive, isReady, requested } from "../pods.ts";

/** A quota's use is what there is. */
export function* quotas(state: ClusterState): Iterable<string> {
  for (const quota of state.list("resourcequotas")) {
    const { namespace = "" } = quota.metadata;
    const pods = state.list("pods", namespace).filter((pod) => !hasEnded(pod));
    const truth: Readonly<Record<string, number>> = {
      pods: pods.length,
      "requests.cpu": pods.reduce((sum, pod) => sum + requested(pod, "cpu"), 0),
      services: state.list("services", namespace).length,
      configmaps: state.list("configmaps", namespace).length,
      persistentvolumeclaims: state.list("persistentvolumeclaims", namespace).length,
      secrets: state.list("secrets", namespace).length,
      "count/gadgets.walk.example.com": state.all("gadgets.walk.example.com", namespace).length,
      "count/jobs.batch": state.list("jobs.batch", namespace).length,
      "count/replicasets.apps": state.list("replicasets.apps", namespace).length,
    };
    for (const [name, hard] of Object.entries(quota.spec.hard ?? {})) {
      if (quota.status.hard?.[name] !== hard) yield `quota ${keyOf(quota)} has not taken over ${name}`;
      const [used, is] = [amount(quota.status.used?.[name] as string | undefined), truth[name]];
      if (is !== undefined && Math.abs(used - is) > 1e-9) yield `quota ${keyOf(quota)}: ${used} ${name}, is ${is}`;
    }
  }
}

export function* budgets(state: ClusterState): Iterable<string> {
  for (const budget of state.list("poddisruptionbudgets.policy")) {
    const { status, spec, metadata } = budget;
    // Of pods whose controllers have no scale nothing can be said.
    if (status.conditions?.some(({ reason }) => reason === "SyncFailed")) continue;
    const pods: readonly Stored<Pod>[] = state.list("pods", metadata.namespace);
    const healthy = pods.filter((pod) => selects(spec.selector, pod.metadata.labels) && isReady(pod) && isAlive(pod));
    const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0, expectedPods = 0 } = status;
    if (currentHealthy !== healthy.length)
      yield `budget ${keyOf(budget)}: ${currentHealthy} healthy, ${healthy.length} are`;
    if (expectedPods > 0 && disruptionsAllowed !== Math.max(0, currentHealthy - desiredHealthy))
      yield `budget ${keyOf(budget)} allows ${disruptionsAllowed} of ${currentHealthy}, wants ${desiredHealthy}`;
  }
}

export function* volumes(state: ClusterState): Iterable<string> {
  for (const claim of state.list("persistentvolumeclaims")) {
    const volume = state.get("persistentvolumes", "", claim.spec.volumeName ?? "");
    const isBound = volume?.status.phase === "Bound" && volume.spec.claimRef?.uid === claim.metadata.uid;
    if (claim.status.phase === "Bound" && !isBound) yield `claim ${keyOf(claim)} is bound to ${claim.spec.volumeName}`;
  }
  for (const volume of state.list("persistentvolumes")) {
    const uid = volume.spec.claimRef?.uid;
    const isKept = volume.spec.persistentVolumeReclaimPolicy === "Retain" && volume.status.phase === "Released";
    if (uid !== undefined && !isKept && !state.byUid(uid))
      yield `volume ${keyOf(volume)} is ${volume.status.phase} for a lost claim`;
  }
}
