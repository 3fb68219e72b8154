/**
 * The progress of a rollout in one sentence, by the criteria of `kubectl rollout status`. What is updated only when its
 * pods are deleted by hand is not waited for.
 */
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Tone } from "../parts/tone.ts";

export interface Rollout {
  readonly tone: Tone;
  readonly message: string;
}

const good = (message: string): Rollout => ({ tone: "good", message });
const all = (count: number): string => (count === 1 ? "The replica is" : `All ${count} replicas are`);
const inProgress = (message: string): Rollout => ({ tone: "warn", message });

const ON_DELETE = "OnDelete";

export function deploymentRollout({ metadata, spec, status }: Deployment): Rollout {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return inProgress("The change has not been seen yet.");
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return { tone: "bad", message: "It has made no progress for longer than its deadline allows." };
  }
  const wanted = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status;
  if (spec.paused) return inProgress("The rollout is paused.");
  if (updated < wanted) return inProgress(`${updated} of ${wanted} new replicas have been updated.`);
  if (replicas > updated) return inProgress(`${replicas - updated} old replicas are still to go.`);
  if (available < updated) return inProgress(`${available} of ${updated} updated replicas are available.`);
  return good(wanted === 0 ? "Scaled to zero." : `${all(wanted)} up to date and available.`);
}

export function statefulSetRollout({ metadata, spec, status }: StatefulSet): Rollout {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return inProgress("The change has not been seen yet.");
  const wanted = spec.replicas ?? 1;
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0, currentRevision, updateRevision } = status;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  const due = type === ON_DELETE ? 0 : wanted - (rollingUpdate?.partition ?? 0);
  if (ready < wanted) return inProgress(`${ready} of ${wanted} replicas are ready.`);
  if (updateRevision !== currentRevision && updated < due)
    return inProgress(`${updated} of ${due} replicas have been updated.`);
  return good(wanted === 0 ? "Scaled to zero." : `${all(wanted)} ready.`);
}

export function daemonSetRollout({ metadata, spec, status }: DaemonSet): Rollout {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return inProgress("The change has not been seen yet.");
  const {
    desiredNumberScheduled: wanted = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
  } = status;
  if (updated < wanted && spec.updateStrategy?.type !== ON_DELETE)
    return inProgress(`${updated} of ${wanted} nodes have the new pod.`);
  if (available < wanted) return inProgress(`${available} of ${wanted} nodes have it available.`);
  return good(wanted === 0 ? "No node asks for it." : `It runs on all ${wanted} nodes.`);
}
