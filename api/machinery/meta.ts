/** What all Kubernetes objects have in common. */
import type { ObjectMeta } from "../generated/meta.v1.ts";

/** Any object of the API, built-in or custom, as on the wire. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** A decoded API object, by its members. */
export const kubeObject = (members: object): KubeObject => members as KubeObject;

/** An object that the API server returned: these fields are always present. */
export type Stored<T extends KubeObject> = T & {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta & { name: string; uid: string; resourceVersion: string; creationTimestamp: string };
};

/** `apps/v1` */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return { group: slash < 0 ? "" : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export const apiVersionOf = (group: string, version: string): string =>
  group === "" ? version : `${group}/${version}`;

/** Kubernetes' GroupResource, by which the store names resources: `pods`, `deployments.apps`. */
export const groupResource = (group: string, resource: string): string =>
  group === "" ? resource : `${resource}.${group}`;
