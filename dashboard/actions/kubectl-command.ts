import { type Kind, kubectlName, type ObjectName } from "../api/kind.ts";

/** `kubectl scale deployments.apps/web --replicas=3 -n default`. Kubernetes' names need no shell quoting. */
export const kubectlCommand = (verb: string, kind: Kind, of: ObjectName, ...flags: readonly string[]): string =>
  [
    "kubectl",
    verb,
    `${kubectlName(kind)}/${of.name}`,
    ...flags,
    ...(kind.namespaced ? [`-n ${of.namespace}`] : []),
  ].join(" ");
