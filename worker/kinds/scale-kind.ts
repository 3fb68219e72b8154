/** The kind Scale of autoscaling/v1, and the Scale of an object with replicas. */
import type { Scale } from "../../api/generated/autoscaling.v1.ts";
import { type ReplicasPaths, scaleEntries } from "../../api/machinery/apply/scale-owners.ts";
import { apiVersionOf, type KubeObject } from "../../api/machinery/meta.ts";
import { defineResource, type Resource, type ScaleView } from "../../api/resources/resource.ts";
import type { Served } from "./kind-registry.ts";

const scaleResource: Resource = defineResource<Scale>({
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  scope: "Namespaced",
  name: false,
  columns: [
    {
      name: "Name",
      type: "string",
      description: { field: "meta.v1.ObjectMeta.name" },
      of: ({ metadata }) => metadata.name ?? "",
    },
    {
      name: "Desired",
      type: "integer",
      description: { field: "autoscaling.v1.ScaleSpec.replicas" },
      of: ({ spec }) => spec.replicas ?? 0,
    },
    {
      name: "Available",
      type: "integer",
      description: { field: "autoscaling.v1.ScaleStatus.replicas" },
      of: ({ status }) => status.replicas ?? 0,
    },
  ],
});

export const scaleServed: Served = { resource: scaleResource, group: "autoscaling", version: "v1", custom: false };

/** Where each version of the kind has its replicas. */
export function replicasPaths(
  { group, version, otherVersions = [] }: Resource,
  { replicasPath, replicasPaths }: ScaleView<KubeObject>,
): ReplicasPaths {
  if (replicasPaths) return replicasPaths;
  const served = [{ group, version }, ...otherVersions.map((other) => ({ group: other.group ?? group, ...other }))];
  return Object.fromEntries(served.map((at) => [apiVersionOf(at.group, at.version), replicasPath]));
}

export function scaleOf(object: KubeObject, resource: Resource, view: ScaleView<KubeObject>): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = view.specReplicas(object) ?? 0;
  const selector = view.selector(object);
  const managedFields = scaleEntries(object.metadata.managedFields, replicasPaths(resource, view));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: withoutUndefined({ name, namespace, uid, resourceVersion, creationTimestamp, managedFields }),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: view.statusReplicas(object), ...(selector === "" ? {} : { selector }) },
  };
}

const withoutUndefined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
