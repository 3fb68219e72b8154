/**
 * Keeps every ResourceQuota's status in line with what its namespace really uses. Admission adds to it; this controller
 * corrects it.
 */

import type { KubeObject } from "../../../api/machinery/meta.ts";
import { BUILT_IN_RESOURCES } from "../../../api/resources/built-in-resources.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { defineController, EVERYTHING, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { statusUpdate } from "../status-update.ts";
import { earliestWake } from "../time.ts";
import { usageChangesAt, usageOf } from "./usage.ts";

const RESOURCE = "resourcequotas";
const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
/** Resources whose objects count by their content, not only by their number. */
const MEASURED = new Set(["pods", "services", "persistentvolumeclaims", "resourceclaims.resource.k8s.io"]);

export const resourceQuotaController = defineController({
  name: "resourcequota-controller",
  reads: [RESOURCE, ...MEASURED, DEVICE_CLASSES, EVERYTHING],
  writes: [RESOURCE],
  /** Its --resource-quota-sync-period. */
  pace: { longest: 300_000 },
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    const { namespace } = object.metadata;
    if (!namespace) return [];
    const quotas = snapshot.list(RESOURCE, namespace);
    if (resource !== RESOURCE && previous && !deleted && !MEASURED.has(resource)) return [];
    const others = quotas.map(itemKey);
    return resource === RESOURCE ? [...new Set([itemKey(object), ...others])] : others;
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const quota = snapshot.get(RESOURCE, namespace, name);
    if (!quota) return settled;
    const served = (resource: GroupResource) =>
      BUILT_IN_RESOURCES.has(resource) || snapshot.get(DEFINITIONS, "", resource);
    const used = usageOf(
      quota.spec,
      <T extends KubeObject>(resource: GroupResource) => {
        if (resource === DEVICE_CLASSES) return snapshot.list<T>(resource);
        return served(resource) ? snapshot.list<T>(resource, namespace) : undefined;
      },
      now,
    );
    const effects = statusUpdate(RESOURCE, quota, { hard: quota.spec.hard ?? {}, used });
    return { effects, ...earliestWake(usageChangesAt(quota.spec, snapshot.list("pods", namespace), now)) };
  },
});
