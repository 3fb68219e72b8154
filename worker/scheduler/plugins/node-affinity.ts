import type { NodeSelectorTerm } from "../../../api/generated/core.v1.ts";
import { meetsNodeAffinity, meetsTerm } from "../../../api/machinery/selectors/node-selector.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import { normalizeByLargest, type Plugin } from "../framework/plugin.ts";

const NAME = "NodeAffinity";
const refusal: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
  resolvable: false,
};
const conflict: Refusal = { plugin: NAME, reasons: ["pod affinity terms conflict"], resolvable: false };

/** The pod's nodeSelector and required node affinity; preferred terms add their weights to a node's score. */
export const nodeAffinity: Plugin = {
  name: NAME,
  weight: 2,
  nodeFilter: ({ spec }) => {
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required && !spec.nodeSelector) return undefined;
    const only = required && namedNodes(required.nodeSelectorTerms);
    if (only?.size === 0) return conflict;
    return {
      ...(only ? { only } : {}),
      check: (node) => (meetsNodeAffinity(spec, node) ? undefined : refusal),
    };
  },
  scorer: ({ pod }) => {
    const preferred = preferredTerms(pod);
    if (preferred.length === 0) return undefined;
    return {
      score: (node) => {
        let score = 0;
        for (const { weight, preference } of preferred) if (meetsTerm(preference, node)) score += weight;
        return score;
      },
      normalize: (scores) => normalizeByLargest(scores, "more"),
    };
  },
  helps: (change, { pod }) =>
    change.kind === "node" &&
    meetsNodeAffinity(pod.spec, labelled(change.node)) &&
    !(change.previous && meetsNodeAffinity(pod.spec, labelled(change.previous))),
};

/** An empty preferred term matches every node, and so makes no difference. */
const preferredTerms = ({ spec }: PendingPod["pod"]) =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).filter(
    ({ weight, preference: { matchExpressions = [], matchFields = [] } }) =>
      weight !== 0 && matchExpressions.length + matchFields.length > 0,
  );

const labelled = ({
  metadata: { name, labels = {} },
}: {
  metadata: { name: string; labels?: Record<string, string> };
}) => ({
  name,
  labels,
});

/** The nodes that the terms name; undefined if a term names none, and so may match any. */
function namedNodes(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields.filter(({ key, operator }) => key === "metadata.name" && operator === "In");
    const [first, ...others] = lists.map(({ values }) => values ?? []);
    if (!first) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return names;
}
