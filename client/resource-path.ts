/** Where a resource lives in the Kubernetes API's URL space. */
import type { GroupResource } from "../api/store/store.ts";

export interface Target {
  readonly resource: GroupResource;
  /** "" for cluster scope (or, on a list, all namespaces). */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** The API version; default: the built-in groups' own. */
  readonly version?: string;
}

/** Groups whose preferred version is not v1. */
const VERSIONS: Readonly<Record<string, string>> = { autoscaling: "v2", "metrics.k8s.io": "v1beta1" };

/** `deployments.apps` → `/apis/apps/v1/namespaces/NS/deployments/NAME/SUB`. */
export function resourcePath({ resource, namespace = "", name, subresource, version }: Target): string {
  const dot = resource.indexOf(".");
  const plural = dot < 0 ? resource : resource.slice(0, dot);
  const group = dot < 0 ? "" : resource.slice(dot + 1);
  const root = group === "" ? `/api/${version ?? "v1"}` : `/apis/${group}/${version ?? VERSIONS[group] ?? "v1"}`;
  const parts = [
    root,
    ...(namespace === "" ? [] : ["namespaces", encodeURIComponent(namespace)]),
    plural,
    ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return parts.join("/");
}
