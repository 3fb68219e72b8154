/** Creating daemon pods, and the events about it. */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Batch } from "../controller.ts";
import { daemonPod } from "./daemon-pod.ts";

/** How many pods are created or deleted at a time. */
export const BURST = 250;

export const creations = (
  daemonSet: Stored<DaemonSet>,
  nodes: readonly string[],
  hash: string | undefined,
): readonly Batch[] =>
  nodes.length === 0
    ? []
    : [
        {
          op: "batch",
          slowStart: true,
          effects: nodes.slice(0, BURST).map((node) => ({
            op: "create",
            resource: "pods",
            namespace: daemonSet.metadata.namespace ?? "",
            object: daemonPod(daemonSet, node, hash),
            record: {
              about: daemonSet,
              success: { reason: "SuccessfulCreate", message: "Created pod: {name}" },
              failure: { reason: "FailedCreate", message: "Error creating: {message}" },
            },
          })),
        },
      ];
