/** Which rules of a level of the Pod Security Standards, at a version, a pod breaks. */
import { baselineChecks } from "./baseline.ts";
import type { Check, PodLike, Violation } from "./check.ts";
import type { LevelVersion } from "./policy.ts";
import { restrictedChecks } from "./restricted.ts";

/** Rules of the weaker level come first. Rules that a stronger one covers are left out. */
export function violationsOf(pod: PodLike, { level, minor }: LevelVersion): readonly Violation[] {
  if (level === "privileged") return [];
  const inForce = (check: Check) => (check.versions[0]?.[0] ?? 0) <= minor;
  const restricted = level === "restricted" ? restrictedChecks.filter(inForce) : [];
  const overridden = new Set(restricted.flatMap(({ overrides = [] }) => overrides));
  const checks = [...baselineChecks.filter((check) => inForce(check) && !overridden.has(check.id)), ...restricted];
  return checks.flatMap(({ versions }) => versions.findLast(([since]) => since <= minor)?.[1](pod) ?? []);
}

/** `host namespaces (hostNetwork=true), privileged (…)`. */
export const detailOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === "" ? reason : `${reason} (${detail})`)).join(", ");

export const reasonOf = (violations: readonly Violation[]): string => violations.map(({ reason }) => reason).join(", ");
