/** DefaultStorageClass and DefaultIngressClass: an object that names no class gets the one annotated as default. */
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { Ingress } from "../../../api/generated/networking.v1.ts";
import { namesStorageClass } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { DEFAULT_STORAGE_CLASS, defaultClassOf } from "../../../api/resources/storage/default-class.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";

const creates = ({ operation, subresource, context }: AdmissionRequest, group: string, plural: string): boolean => {
  const { resource } = context.served;
  return operation === "CREATE" && subresource === "" && resource.plural === plural && resource.group === group;
};

const defaultStorage = (policy: PolicySnapshot) =>
  defaultClassOf(policy.list("storageclasses.storage.k8s.io"), DEFAULT_STORAGE_CLASS);

const defaultIngress = (policy: PolicySnapshot) =>
  defaultClassOf(policy.list("ingressclasses.networking.k8s.io"), ["ingressclass.kubernetes.io/is-default-class"]);

export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  handles: (request) => creates(request, "", "persistentvolumeclaims"),
  mutate({ object, context }) {
    const claim = object as PersistentVolumeClaim;
    if (namesStorageClass(claim)) return;
    const name = context.policy.derive(defaultStorage);
    if (name !== undefined) claim.spec.storageClassName = name;
  },
};

export const defaultIngressClass: AdmissionPlugin = {
  name: "DefaultIngressClass",
  handles: (request) => creates(request, "networking.k8s.io", "ingresses"),
  mutate({ object, context }) {
    const { metadata, spec } = object as Ingress;
    if (spec.ingressClassName !== undefined) return;
    if (metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
    const name = context.policy.derive(defaultIngress);
    if (name !== undefined) spec.ingressClassName = name;
  },
};
