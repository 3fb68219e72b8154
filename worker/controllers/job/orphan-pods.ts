/** Removes the tracking finalizer from pods that no running Job counts any more, so that they can be deleted. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { type Controller, settled } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isFinished } from "./conditions.ts";
import { isTracked, untrack } from "./job-pods.ts";

const JOBS = "jobs.batch";

export const jobOrphanController: Controller = {
  name: "job-controller",
  reads: [JOBS, "pods"],
  writes: ["pods"],
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "pods") return !deleted && isTracked(object as Pod) ? [itemKey(object)] : [];
    return deleted || isFinished(object as Job)
      ? snapshot.ownedBy<Pod>("pods", object.metadata.uid).filter(isTracked).map(itemKey)
      : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get<Pod>("pods", namespace, name);
    if (!pod || !isTracked(pod)) return settled;
    const owner = controllerOf(pod);
    const job = owner?.kind === "Job" ? snapshot.get<Job>(JOBS, namespace, owner.name) : undefined;
    const counts = job && job.metadata.uid === owner?.uid && !isFinished(job);
    return counts ? settled : { effects: [untrack(pod)] };
  },
};
