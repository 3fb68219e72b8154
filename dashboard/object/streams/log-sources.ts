/** Which logs the pods of a workload have. */

import type { Pod } from "../../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { formatLabelSelector } from "../../../api/machinery/selectors/selector.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import type { LogSource } from "../../live/log-reader.ts";
import { containersOf } from "../../summaries/containers-of.ts";

/** The part of a pod that reading its logs needs. */
export interface PodOfLogs {
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  /** Init containers first, ephemeral containers last. */
  readonly containers: readonly { readonly name: string; readonly run: string }[];
}

export function podOfLogs(pod: Pod): PodOfLogs {
  const { namespace = "", name = "", creationTimestamp = "" } = pod.metadata as Stored<KubeObject>["metadata"];
  const containers = containersOf(pod).map(({ name, status }) => ({ name, run: status?.containerID ?? "" }));
  return { namespace, name, created: creationTimestamp, containers };
}

/** The logs of the named container, or of all containers. */
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

/** Kinds that select pods; the first two have a map of labels as their selector. */
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

/** The pod selector as text; "" if there is none. */
export function podSelectorOf(object: unknown): string {
  const { selector } = (object as { spec: { selector?: LabelSelector | Record<string, string> } }).spec;
  if (!selector) return "";
  const structured = ["matchLabels", "matchExpressions"].some((key) => typeof Reflect.get(selector, key) === "object");
  return formatLabelSelector(
    structured ? (selector as LabelSelector) : { matchLabels: selector as Record<string, string> },
  );
}
