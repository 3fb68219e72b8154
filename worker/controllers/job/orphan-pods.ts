/** Removes the tracking finalizer from pods that no running Job counts any more, so that they can be deleted. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Snapshot, settled } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { API_BACKOFF } from "./backoff.ts";
import { isFinished } from "./conditions.ts";
import { isManagedHere, isTracked, untrackUnchanged } from "./job-pods.ts";

const JOBS = "jobs.batch";

export const jobOrphanController = defineController({
  name: "job-controller",
  reads: [JOBS, "pods"],
  writes: ["pods"],
  pace: API_BACKOFF,
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "pods") return !deleted && isTracked(object) ? [itemKey(object)] : [];
    return deleted || isFinished(object)
      ? snapshot.ownedBy("pods", object.metadata.uid).filter(isTracked).map(itemKey)
      : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    if (!pod || !isTracked(pod)) return settled;
    // A pod without an owner may be adopted by a Job at the same time, which tracks it from then on.
    return isCounted(pod, snapshot) ? settled : { effects: [untrackUnchanged(pod)] };
  },
});

/** By a running Job, by the controller that manages the Job, or by an owner of another kind. */
function isCounted(pod: Stored<Pod>, snapshot: Snapshot): boolean {
  const owner = controllerOf(pod);
  if (!owner) return false;
  if (owner.kind !== "Job" || owner.apiVersion !== "batch/v1") return true;
  const job = snapshot.get(JOBS, pod.metadata.namespace ?? "", owner.name);
  if (!job || job.metadata.uid !== owner.uid) return false;
  return !isFinished(job) || !isManagedHere(job);
}
