/** StorageObjectInUseProtection: volumes and claims are kept while they are in use (plugin/pkg/admission/storage). */
import type { AdmissionPlugin } from "../plugin.ts";

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
};

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  handles: ({ operation, subresource, context: { served } }) =>
    operation === "CREATE" && subresource === "" && served.group === "" && served.resource.plural in FINALIZERS,
  mutate({ object, context }) {
    const finalizer = FINALIZERS[context.served.resource.plural];
    if (!object || finalizer === undefined) return;
    const present = object.metadata.finalizers ?? [];
    if (!present.includes(finalizer)) object.metadata.finalizers = [...present, finalizer];
  },
};
