/**
 * StorageObjectInUseProtection: volumes, claims and classes of attributes are kept while they are in use
 * (plugin/pkg/admission/storage).
 */
import { groupResource } from "../../../api/machinery/meta.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
  "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
};

export const storageObjectInUseProtection = defineResourcePlugin({
  name: "StorageObjectInUseProtection",
  resources: ["persistentvolumes", "persistentvolumeclaims", "volumeattributesclasses.storage.k8s.io"],
  handles: ["CREATE"],
  mutate({ object: { metadata }, context: { served } }) {
    const finalizer = FINALIZERS[groupResource(served.resource.group, served.resource.plural)];
    const present = metadata.finalizers ?? [];
    if (finalizer && !present.includes(finalizer)) metadata.finalizers = [...present, finalizer];
  },
});
