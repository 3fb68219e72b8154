import type { Node } from "../../../api/generated/core.v1.ts";
import {
  discouragesScheduling,
  preventsScheduling,
  toleratesAny,
} from "../../../api/machinery/selectors/tolerations.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import { normalizeByLargest, type Plugin } from "../framework/plugin.ts";

const NAME = "TaintToleration";
const refusal: Refusal = { plugin: NAME, reasons: ["node(s) had untolerated taint(s)"], resolvable: false };
const NONE: readonly never[] = [];

/**
 * Keeps pods off nodes with taints that they do not tolerate; the fewer PreferNoSchedule taints they do not tolerate,
 * the better.
 */
export const taintToleration: Plugin = {
  name: NAME,
  weight: 3,
  nodeFilter: ({ spec }) => {
    const tolerations = spec.tolerations ?? NONE;
    return {
      check: ({ node }) => {
        const { taints } = node.spec;
        if (taints === undefined) return undefined;
        return taints.some((taint) => preventsScheduling(taint) && !toleratesAny(tolerations, taint))
          ? refusal
          : undefined;
      },
    };
  },
  scorer: ({ pod }, cluster) => {
    if (cluster.nodesToAvoid === 0) return undefined;
    const tolerations = (pod.spec.tolerations ?? NONE).filter(({ effect }) => !effect || effect === "PreferNoSchedule");
    return {
      score: ({ node }) =>
        (node.spec.taints ?? NONE).filter((taint) => discouragesScheduling(taint) && !toleratesAny(tolerations, taint))
          .length,
      normalize: (scores) => normalizeByLargest(scores, "less"),
    };
  },
  judgesTaints: true,
  helps: (change, { pod }) => {
    if (change.kind !== "node") return false;
    const tolerations = pod.spec.tolerations ?? NONE;
    const isUntolerated = ({ spec: { taints } }: Node) =>
      taints?.some((taint) => preventsScheduling(taint) && !toleratesAny(tolerations, taint)) === true;
    return !isUntolerated(change.node) && (!change.previous || isUntolerated(change.previous));
  },
};
