/** Deletes finished Jobs once their time to live is over. */
import { defineController, settled } from "./controller.ts";
import { itemKey, splitItem } from "./item-key.ts";
import { timeOf } from "./time.ts";

const RESOURCE = "jobs.batch";

export const ttlAfterFinishedController = defineController({
  name: "ttl-after-finished-controller",
  reads: [RESOURCE],
  writes: [RESOURCE],
  itemsOf: ({ object }) => [itemKey(object)],
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const job = snapshot.get(RESOURCE, namespace, name);
    const ttl = job?.spec.ttlSecondsAfterFinished;
    if (!job || ttl === undefined || job.metadata.deletionTimestamp) return settled;
    const end = job.status.conditions?.find(
      ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
    );
    const endedAt = timeOf(end?.lastTransitionTime);
    if (endedAt === undefined) return settled;
    // Times are truncated to seconds: a job must remain for its whole time to live.
    const wakeAt = endedAt + (ttl === 0 ? 0 : ttl * 1000 + 999);
    if (wakeAt > now) return { effects: [], wakeAt };
    const { uid, resourceVersion } = job.metadata;
    return {
      effects: [
        { op: "delete", resource: RESOURCE, namespace, name, uid, resourceVersion, propagationPolicy: "Foreground" },
      ],
    };
  },
});
