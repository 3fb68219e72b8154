/** An APIService for each group version that this server answers itself, as kube-aggregator maintains them. */
import type { APIService } from "../../api/generated/apiregistration.v1.ts";
import { resources } from "../../api/resources/index.ts";
import { groupPriority } from "../kinds/group-order.ts";

const DEFAULT_VERSION_PRIORITY = 15;

/** Where kube-apiserver deviates from the default. */
const VERSION_PRIORITIES: Readonly<Record<string, number>> = {
  "v1.": 1,
  "v1.autoscaling": 15,
  "v2.autoscaling": 30,
  "v1.flowcontrol.apiserver.k8s.io": 21,
  "v1.resource.k8s.io": 21,
};

export function apiServices(at: string): readonly APIService[] {
  const served = new Map<string, { group: string; version: string }>();
  for (const { group, version, otherVersions = [] } of resources) {
    served.set(`${version}.${group}`, { group, version });
    for (const other of otherVersions) {
      const at = { group: other.group ?? group, version: other.version };
      served.set(`${at.version}.${at.group}`, at);
    }
  }
  // The aggregator does not list itself.
  return [...served]
    .filter(([, { group }]) => group !== "apiregistration.k8s.io")
    .map(([name, { group, version }]) => ({
      kind: "APIService",
      apiVersion: "apiregistration.k8s.io/v1",
      metadata: { name, labels: { "kube-aggregator.kubernetes.io/automanaged": "onstart" } },
      spec: {
        ...(group === "" ? {} : { group }),
        version,
        groupPriorityMinimum: groupPriority(group),
        versionPriority: VERSION_PRIORITIES[name] ?? DEFAULT_VERSION_PRIORITY,
      },
      status: {
        conditions: [
          {
            type: "Available",
            status: "True",
            lastTransitionTime: at,
            reason: "Local",
            message: "Local APIServices are always available",
          },
        ],
      },
    }));
}
