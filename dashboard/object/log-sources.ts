/** Which logs there are to read of some pods. */

import type { Pod } from "../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { formatLabelSelector } from "../../api/machinery/selectors/selector.ts";
import { resourcePath } from "../../client/resource-path.ts";
import type { LogSource } from "../live/log-reader.ts";

/** What of a pod its logs need. */
export interface PodOfLogs {
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  /** In the order of the spec: those of the start first, those of debugging last. */
  readonly containers: readonly { readonly name: string; readonly run: string }[];
}

export function podOfLogs({ metadata, spec, status }: Pod): PodOfLogs {
  const statuses = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ].map(({ name = "" }) => ({ name, run: statuses.find((each) => each.name === name)?.containerID ?? "" }));
  const { namespace = "", name = "", creationTimestamp = "" } = metadata as Stored<KubeObject>["metadata"];
  return { namespace, name, created: creationTimestamp, containers };
}

/** The logs of a pod's containers; of all of them where none is named. */
export const logSourcesOf = (
  { namespace, name, containers }: PodOfLogs,
  named: string | undefined,
  labelOf: (container: string) => string,
): LogSource[] =>
  containers
    .filter((container) => named === undefined || container.name === named)
    .map((container) => ({
      path: resourcePath({ resource: "pods", namespace, name, subresource: "log" }),
      container: container.name,
      label: labelOf(container.name),
      run: container.run,
    }));

/** Kinds whose selector says which pods are theirs; the first two write it as plain labels. */
const SELECTING = new Set([
  "services",
  "replicationcontrollers",
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "jobs.batch",
]);

export const selectsPods = (groupResource: string): boolean => SELECTING.has(groupResource);

/** Its pods' selector as text; "" where it selects none. */
export function podSelectorOf(object: unknown): string {
  const { selector } = (object as { spec: { selector?: LabelSelector | Record<string, string> } }).spec;
  if (!selector) return "";
  const structured = ["matchLabels", "matchExpressions"].some((key) => typeof Reflect.get(selector, key) === "object");
  return formatLabelSelector(
    structured ? (selector as LabelSelector) : { matchLabels: selector as Record<string, string> },
  );
}
