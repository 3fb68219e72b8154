/** The difference between the API's status of a pod and the agent's, who writes only a part of it. */
import type { PodCondition, PodStatus } from "../../../api/generated/core.v1.ts";
import { isOwnCondition } from "./conditions.ts";

/** Lists that a strategic merge patch would extend, so stale entries must be removed explicitly. */
const ADDRESSES = ["podIPs", "hostIPs"] as const;

/**
 * The scheduler's and the controllers' fields, which they may write at any time: `next` may have been computed before,
 * and a status that changes them is refused.
 */
const OTHERS: ReadonlySet<string> = new Set([
  "nominatedNodeName",
  "resourceClaimStatuses",
  "extendedResourceClaimStatus",
] satisfies (keyof PodStatus)[]);

const fieldsOf = (status: PodStatus, which: (key: string) => boolean): PodStatus =>
  Object.fromEntries(Object.entries(status).filter(([key]) => which(key)));
const isOthers = (key: string) => OTHERS.has(key);
const isOwn = (key: string) => !isOthers(key);

/** The agent's part of a status, to compare. */
export const ownPart = ({ conditions = [], ...rest }: PodStatus): string =>
  JSON.stringify([
    fieldsOf(rest, isOwn),
    conditions.filter(isOwnCondition).map(({ type, status, reason, message }) => [type, status, reason, message]),
  ]);

/** A strategic merge patch from the API's status to `next`. */
export function statusPatch(before: PodStatus, next: PodStatus, options: { readonly replace: boolean }): unknown {
  if (options.replace) return { $patch: "replace", ...fieldsOf(next, isOwn), ...fieldsOf(before, isOthers) };
  const { conditions = [], ...rest } = fieldsOf(next, isOwn);
  const gone = Object.keys(fieldsOf(before, isOwn)).filter((key) => key !== "conditions" && !(key in next));
  const held = new Set(conditions.map(({ type }) => type));
  const ended = (before.conditions ?? []).filter((condition) => isOwnCondition(condition) && !held.has(condition.type));
  const full = ({ reason, message, ...condition }: PodCondition) => ({
    ...condition,
    reason: reason ?? null,
    message: message ?? null,
  });
  return {
    ...Object.fromEntries(gone.map((key) => [key, null])),
    ...rest,
    ...Object.fromEntries(
      ADDRESSES.flatMap((key) => (rest[key] === undefined ? [] : [[key, [{ $patch: "replace" }, ...rest[key]]]])),
    ),
    "$setElementOrder/conditions": conditions.map(({ type }) => ({ type })),
    conditions: [
      ...conditions.filter(isOwnCondition).map(full),
      ...ended.map(({ type }) => ({ type, $patch: "delete" })),
    ],
  };
}
