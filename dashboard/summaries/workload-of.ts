import type { KubeObject } from "../../api/machinery/meta.ts";

export interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** The controller of a pod; of a Deployment's ReplicaSet, which is named after it and the template's hash, the Deployment. */
export function workloadOf({ metadata }: KubeObject): Workload | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  const { apiVersion = "", kind = "", name = "" } = owner ?? {};
  if (name === "") return undefined;
  const hash = metadata.labels?.["pod-template-hash"];
  const suffix = `-${hash}`;
  return kind === "ReplicaSet" && hash && name.endsWith(suffix)
    ? { apiVersion, kind: "Deployment", name: name.slice(0, -suffix.length) }
    : { apiVersion, kind, name };
}
