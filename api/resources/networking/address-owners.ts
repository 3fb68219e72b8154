/** The managedFields of an IPAddress that was created for a Service. */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";

/** As signed by kube-apiserver, which writes it through its own API. */
export const addressOwners = (time: string): ManagedFieldsEntry[] => [
  {
    manager: "kube-apiserver",
    operation: "Update",
    apiVersion: "networking.k8s.io/v1",
    time,
    fieldsType: "FieldsV1",
    fieldsV1: {
      "f:metadata": {
        "f:labels": {
          ".": {},
          "f:ipaddress.kubernetes.io/ip-family": {},
          "f:ipaddress.kubernetes.io/managed-by": {},
        },
      },
      "f:spec": { "f:parentRef": { ".": {}, "f:name": {}, "f:namespace": {}, "f:resource": {} } },
    },
  },
];
