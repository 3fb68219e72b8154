/** metav1.LabelSelector as controllers use it. */

import type { LabelSelector } from "../../api/generated/meta.v1.ts";
import { ownMember } from "../../api/machinery/json/own-member.ts";
import { meetsRequirement } from "../../api/machinery/selectors/label-requirement.ts";

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels match a selector. An absent selector matches nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels?.[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((each) => meetsRequirement(each, ownMember(labels, each.key)));
}

/** Whether a selector has no requirements, and so would match everything. */
export const isEmptySelector = (selector: LabelSelector | undefined): boolean =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);

/** Whether labels include each of the wanted pairs. */
export const includesLabels = (labels: Labels, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
