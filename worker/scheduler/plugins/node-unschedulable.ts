import { toleratesAny } from "../../../api/machinery/selectors/tolerations.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";

const NAME = "NodeUnschedulable";
const CORDONED = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const refusal: Refusal = { plugin: NAME, reasons: ["node(s) were unschedulable"], resolvable: false };

/** Keeps pods off cordoned nodes, unless they tolerate the corresponding taint. */
export const nodeUnschedulable: Plugin = {
  name: NAME,
  nodeFilter: ({ spec }) =>
    toleratesAny(spec.tolerations ?? [], CORDONED)
      ? undefined
      : { check: ({ node }) => (node.spec.unschedulable ? refusal : undefined) },
  judgesTaints: true,
  helps: (change) =>
    change.kind === "node" &&
    !change.node.spec.unschedulable &&
    (!change.previous || change.previous.spec.unschedulable === true),
};
