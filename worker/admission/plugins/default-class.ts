/** DefaultStorageClass and DefaultIngressClass: an object that names no class gets the one annotated as default. */
import { namesStorageClass } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { DEFAULT_STORAGE_CLASS, defaultClassOf } from "../../../api/resources/storage/default-class.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const defaultStorage = (policy: PolicySnapshot) =>
  defaultClassOf(policy.list("storageclasses.storage.k8s.io"), DEFAULT_STORAGE_CLASS);

const defaultIngress = (policy: PolicySnapshot) =>
  defaultClassOf(policy.list("ingressclasses.networking.k8s.io"), ["ingressclass.kubernetes.io/is-default-class"]);

export const defaultStorageClass = defineResourcePlugin({
  name: "DefaultStorageClass",
  resources: ["persistentvolumeclaims"],
  handles: ["CREATE"],
  mutate({ object: claim, context }) {
    if (namesStorageClass(claim)) return;
    const name = context.policy.derive(defaultStorage);
    if (name !== undefined) claim.spec.storageClassName = name;
  },
});

export const defaultIngressClass = defineResourcePlugin({
  name: "DefaultIngressClass",
  resources: ["ingresses.networking.k8s.io"],
  handles: ["CREATE"],
  mutate({ object: { metadata, spec }, context }) {
    if (spec.ingressClassName !== undefined) return;
    if (metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
    const name = context.policy.derive(defaultIngress);
    if (name !== undefined) spec.ingressClassName = name;
  },
});
