/** Whether a pod's nodeSelector and required node affinity let it on a node. */
import type { Node, NodeSelectorRequirement, PodSpec } from "../../../api/generated/core.v1.ts";
import { carries } from "../label-selector.ts";

export function admitsNode(spec: PodSpec, node: Node): boolean {
  if (!carries(node.metadata.labels, spec.nodeSelector ?? {})) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return true;
  const labels = node.metadata.labels ?? {};
  return required.nodeSelectorTerms.some(({ matchExpressions = [], matchFields = [] }) => {
    // A term that asks for nothing matches nothing.
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((each) => meets(each, labels[each.key])) &&
      matchFields.every((each) => each.key === "metadata.name" && meets(each, node.metadata.name))
    );
  });
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
