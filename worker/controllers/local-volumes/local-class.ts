/**
 * The StorageClass of volumes on nodes' own disks; the default one unless there is another. Created once a node offers
 * such volumes, and recreated if deleted. Edits to it are left alone.
 */
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { LOCAL_CLASS, LOCAL_PROVISIONER, LOCAL_VOLUMES } from "../../../api/node/local-volumes.ts";
import { DEFAULT_STORAGE_CLASS, defaultClassOf } from "../../../api/resources/storage/default-class.ts";
import { defineController, settled } from "../controller.ts";
import { CLASSES } from "../volume/waiting-claim.ts";
import { NODES } from "./volume-node.ts";

const [IS_DEFAULT = ""] = DEFAULT_STORAGE_CLASS;

const localClass = (isDefault: boolean): StorageClass => ({
  kind: "StorageClass",
  apiVersion: "storage.k8s.io/v1",
  metadata: { name: LOCAL_CLASS, annotations: { [IS_DEFAULT]: String(isDefault) } },
  provisioner: LOCAL_PROVISIONER,
  reclaimPolicy: "Delete",
  // A volume is where its pod is, so the scheduler decides.
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
  allowedTopologies: [{ matchLabelExpressions: [{ key: LOCAL_VOLUMES, values: ["true"] }] }],
});

export const localVolumeClass = defineController({
  name: "local-volume-class",
  reads: [CLASSES, NODES],
  writes: [CLASSES],
  itemsOf({ resource, object: { metadata }, deleted }) {
    const isDue = resource === CLASSES ? deleted && metadata.name === LOCAL_CLASS : metadata.labels?.[LOCAL_VOLUMES];
    return isDue ? [LOCAL_CLASS] : [];
  },
  reconcile(name, { snapshot, cluster }) {
    if (!cluster.hasLocalClass || snapshot.get(CLASSES, "", name)) return settled;
    if (!snapshot.list(NODES).some(({ metadata }) => metadata.labels?.[LOCAL_VOLUMES] === "true")) return settled;
    // The newest default wins, so it would displace one that somebody chose.
    const isDefault = defaultClassOf(snapshot.list(CLASSES), DEFAULT_STORAGE_CLASS) === undefined;
    return { effects: [{ op: "create", resource: CLASSES, namespace: "", object: localClass(isDefault) }] };
  },
});
