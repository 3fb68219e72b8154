/**
 * Label and field selectors as values: matching, and conversions from and to metav1.LabelSelector. Their textual
 * grammar is in label-selector.ts and field-selector.ts.
 */

import { compareTexts } from "../../compare-texts.ts";
import type { LabelSelector } from "../../generated/meta.v1.ts";
import { parseInt64 } from "../encoding/int64.ts";
import { ownMember } from "../json/own-member.ts";
import type { Attributes, Requirement } from "./requirement.ts";

export { parseFieldSelector } from "./field-selector.ts";
export { parseLabelSelector } from "./label-selector.ts";

interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether the object's attributes meet every requirement. The fields metadata.name and metadata.namespace, which
 * attributes omit, come from `key`; other missing fields count as the empty string.
 */
export const matches = (requirements: readonly Requirement[], attributes: Attributes, key?: ObjectName): boolean =>
  requirements.every((requirement) => meets(requirement, attributeOf(requirement, attributes, key)));

/** Whether labels alone meet every requirement. */
export const labelsMatch = (
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean => matches(requirements, { labels: labels ?? {}, fields: {} });

function attributeOf({ of, key: name }: Requirement, { labels, fields }: Attributes, key?: ObjectName) {
  if (of === "label") return ownMember(labels, name);
  if (key && name === "metadata.name") return key.name;
  if (key && name === "metadata.namespace") return key.namespace;
  return ownMember(fields, name) ?? "";
}

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "in":
      return value !== undefined && values.includes(value);
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "gt":
    case "lt": {
      const [left, right] = [parseInt64(value), parseInt64(values[0])];
      if (left === undefined || right === undefined) return false;
      return operator === "gt" ? left > right : left < right;
    }
  }
}

const operators = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "absent" } as const;

/**
 * The requirements of a LabelSelector; an empty one has none, and so matches everything. What an absent selector means
 * (nothing, or everything) is up to the caller. Throws on an operator that validation would have refused.
 */
export function labelSelectorRequirements(selector: LabelSelector): Requirement[] {
  const exact = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ of: "label", key, operator: "in", values: [value] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => {
    if (!Object.hasOwn(operators, operator)) throw new Error(`"${operator}" is not a valid label selector operator`);
    return { of: "label", key, operator: operators[operator as keyof typeof operators], values: values ?? [] };
  });
  return [...exact, ...expressions];
}

/**
 * A LabelSelector as text, sorted by key: `app=web,tier in (a,b),!canary`; "" for an empty one (status.selector of a
 * scale).
 */
export function formatLabelSelector(selector: LabelSelector): string {
  const exact = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return { key, text: key };
    if (operator === "DoesNotExist") return { key, text: `!${key}` };
    return { key, text: `${key} ${operator.toLowerCase()} (${values.toSorted(compareTexts).join(",")})` };
  });
  return [...exact, ...expressions]
    .sort((a, b) => compareTexts(a.key, b.key))
    .map(({ text }) => text)
    .join(",");
}

/** A selector as shown by kubectl describe and printer columns: an absent or empty one is `<none>`. */
export const printLabelSelector = (selector: LabelSelector | undefined): string =>
  (selector && formatLabelSelector(selector)) || "<none>";
