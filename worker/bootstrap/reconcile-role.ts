/**
 * Kubernetes' auto-reconciliation: a default role regains missing rules, a default binding missing subjects, and both
 * keep what was added, unless the annotation `autoupdate` is "false". Aggregated roles are left to their controller.
 */
import type { PolicyRule, Subject } from "../../api/generated/rbac.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { missingRules } from "../auth/rbac/rule-covers.ts";
import { AUTO_UPDATE } from "./roles/index.ts";

interface RoleLike extends KubeObject {
  rules?: PolicyRule[];
  subjects?: Subject[];
  readonly aggregationRule?: unknown;
}

/** The stored role with what it lacks; undefined if nothing is missing. */
export function reconciledRole(wanted: RoleLike, storedText: string): KubeObject | undefined {
  if (wanted.metadata.annotations?.[AUTO_UPDATE] !== "true" || wanted.aggregationRule) return undefined;
  // If the rules appear verbatim, as they nearly always do, the text need not be parsed.
  const { rules: wantedRules, subjects: wantedSubjects } = wanted;
  if ([wantedRules, wantedSubjects].every((part) => !part || storedText.includes(JSON.stringify(part))))
    return undefined;
  const stored = readObject(storedText) as RoleLike;
  if (stored.metadata.annotations?.[AUTO_UPDATE] === "false" || stored.metadata.deletionTimestamp) return undefined;
  const rules = (wanted.rules ?? []).filter((rule) => missingRules(stored.rules ?? [], [rule]).length > 0);
  const subjects = (wanted.subjects ?? []).filter(
    (subject) => !stored.subjects?.some((known) => isSame(known, subject)),
  );
  if (rules.length === 0 && subjects.length === 0) return undefined;
  return {
    ...stored,
    ...(rules.length > 0 ? { rules: [...(stored.rules ?? []), ...rules] } : {}),
    ...(subjects.length > 0 ? { subjects: [...(stored.subjects ?? []), ...subjects] } : {}),
  };
}

const isSame = (a: Subject, b: Subject): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");
