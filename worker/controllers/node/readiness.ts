import type { Node } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";

/** The status of a Node's Ready condition; undefined if it has none, or there is no node. */
export const readiness = (node: KubeObject | undefined): string | undefined =>
  (node as Stored<Node> | undefined)?.status.conditions?.find(({ type }) => type === "Ready")?.status;

export const isNodeReady = (node: Node): boolean => readiness(node) === "True";
