/** StorageObjectInUseProtection: volumes and claims are kept while they are in use (plugin/pkg/admission/storage). */
import { defineResourcePlugin } from "../resource-plugin.ts";

export const storageObjectInUseProtection = defineResourcePlugin({
  name: "StorageObjectInUseProtection",
  resources: ["persistentvolumes", "persistentvolumeclaims"],
  handles: ["CREATE"],
  mutate({ object: { metadata }, context: { served } }) {
    const volume = served.resource.plural === "persistentvolumes";
    const finalizer = volume ? "kubernetes.io/pv-protection" : "kubernetes.io/pvc-protection";
    const present = metadata.finalizers ?? [];
    if (!present.includes(finalizer)) metadata.finalizers = [...present, finalizer];
  },
});
