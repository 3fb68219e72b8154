/** Whether an object meets a selector, from its attributes alone (k8s.io/apimachinery/pkg/labels and pkg/fields). */
import type { Attributes, Key, Requirement } from "../../api/store.ts";

export const matches = (requirements: readonly Requirement[] | undefined, key: Key, attributes: Attributes): boolean =>
  requirements === undefined || requirements.every((clause) => meets(clause, key, attributes));

function meets(clause: Requirement, key: Key, attributes: Attributes): boolean {
  const value = clause.of === "label" ? attributes.labels[clause.key] : fieldOf(clause.key, key, attributes);
  switch (clause.operator) {
    case "in":
      return value !== undefined && clause.values.includes(value);
    case "notin":
      return value === undefined || !clause.values.includes(value);
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "gt":
    case "lt": {
      const [mine, bound] = [parseInt64(value), parseInt64(clause.values[0])];
      if (mine === undefined || bound === undefined) return false;
      return clause.operator === "gt" ? mine > bound : mine < bound;
    }
  }
}

/** A field that an object has not set compares as the empty string: `spec.nodeName=` finds the pods with no node. */
function fieldOf(path: string, key: Key, attributes: Attributes): string {
  if (path === "metadata.name") return key.name;
  if (path === "metadata.namespace") return key.namespace;
  return attributes.fields[path] ?? "";
}

/** Go's strconv.ParseInt(text, 10, 64): what it refuses matches nothing. */
function parseInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  const number = BigInt(text.replace("+", ""));
  return BigInt.asIntN(64, number) === number ? number : undefined;
}
