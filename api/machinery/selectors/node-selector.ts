/** Evaluates node selector terms like Kubernetes (component-helpers/scheduling/corev1/nodeaffinity). */

import type { Affinity, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "../../generated/core.v1.ts";
import { parseInt64 } from "../encoding/int64.ts";
import { ownMember } from "../json/own-member.ts";
import { meetsRequirement } from "./label-requirement.ts";

/** The parts of a node that terms refer to. */
export interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An empty term matches nothing. */
export function meetsTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Labelled): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((each) => meets(each, ownMember(node.labels, each.key))) &&
    matchFields.every((each) => each.key === "metadata.name" && meets(each, node.name))
  );
}

export const meetsAnyTerm = (terms: readonly NodeSelectorTerm[], node: Labelled): boolean =>
  terms.some((term) => meetsTerm(term, node));

/** The pod's nodeSelector and its required node affinity. */
export function meetsNodeAffinity(
  spec: Pick<PodSpec, "nodeSelector"> & { readonly affinity?: Pick<Affinity, "nodeAffinity"> },
  node: Labelled,
): boolean {
  for (const key in spec.nodeSelector) if (node.labels[key] !== spec.nodeSelector[key]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || meetsAnyTerm(required.nodeSelectorTerms, node);
}

function meets(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const { operator, values = [] } = requirement;
  if (operator !== "Gt" && operator !== "Lt") return meetsRequirement(requirement, value);
  const [left, right] = [parseInt64(value), parseInt64(values[0])];
  if (left === undefined || right === undefined) return false;
  return operator === "Gt" ? left > right : left < right;
}
