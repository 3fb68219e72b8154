/**
 * Which names a definition gets: those that no other definition of its group has (apiextensions' naming controller).
 */

import type { CustomResourceDefinition, CustomResourceDefinitionNames } from "../../generated/apiextensions.v1.ts";
import { isConditionTrue } from "../../machinery/conditions.ts";
import { hasInvalidBundle } from "./ca-bundle.ts";
import { setCondition } from "./conditions.ts";

/** Modifies the draft's status: accepted names, NamesAccepted, and Established once all names are accepted. */
export function acceptNames(
  draft: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  time: string,
): void {
  const { names } = draft.spec;
  const accepted: Partial<CustomResourceDefinitionNames> = { ...draft.status.acceptedNames };
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { spec, status, metadata } of others) {
    if (spec.group !== draft.spec.group || metadata.name === draft.metadata.name) continue;
    const { plural, singular, shortNames = [], kind, listKind } = status.acceptedNames ?? {};
    for (const name of [plural, singular, ...shortNames]) if (name) resources.add(name);
    for (const name of [kind, listKind]) if (name) kinds.add(name);
  }
  let conflict: { reason: string; message: string } | undefined;
  const refuse = (reason: string, taken: readonly string[]) => {
    const texts = taken.map((name) => `${JSON.stringify(name)} is already in use`);
    conflict = { reason, message: texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]` };
  };
  const take = (field: "plural" | "singular" | "kind" | "listKind", used: ReadonlySet<string>, reason: string) => {
    const wanted = names[field] ?? "";
    if (wanted !== accepted[field] && used.has(wanted)) refuse(reason, [wanted]);
    else accepted[field] = wanted;
  };
  take("plural", resources, "PluralConflict");
  take("singular", resources, "SingularConflict");
  const mine = new Set(accepted.shortNames);
  const taken = (names.shortNames ?? []).filter((name) => !mine.has(name) && resources.has(name));
  if (taken.length > 0) refuse("ShortNamesConflict", taken);
  else if (names.shortNames) accepted.shortNames = names.shortNames;
  else delete accepted.shortNames;
  take("kind", kinds, "KindConflict");
  take("listKind", kinds, "ListKindConflict");
  if (names.categories) accepted.categories = names.categories;
  else delete accepted.categories;
  draft.status.acceptedNames = accepted as CustomResourceDefinitionNames;

  setCondition(
    draft,
    conflict
      ? { type: "NamesAccepted", status: "False", ...conflict }
      : { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
    time,
  );
  if (!isConditionTrue(draft.status, "Established"))
    setCondition(draft, { type: "Established", ...established(draft, conflict) }, time);
}

function established(draft: CustomResourceDefinition, conflict: object | undefined) {
  if (conflict) return { status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  if (hasInvalidBundle(draft))
    return { status: "False", reason: "InvalidCABundle", message: "The conversion webhook CABundle is invalid" };
  return { status: "True", reason: "InitialNamesAccepted", message: "the initial names have been accepted" };
}
