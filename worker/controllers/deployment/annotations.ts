/** The annotations on a Deployment's replica sets for its history and its scale. */
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";

export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** Annotations that are not copied: the bookkeeping of each side, and kubectl's copy of what was applied. */
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);
const HISTORY_LIMIT = 2000;

type Annotations = Readonly<Record<string, string>>;

const INT64_MAX = 2n ** 63n - 1n;

/** Go's int64: a replica set may carry a revision that a JavaScript number would round. 0 if there is none. */
export function revisionOf(object: Deployment | ReplicaSet): bigint {
  return parseRevision(object.metadata.annotations?.[REVISION]) ?? 0n;
}

function parseRevision(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[-+]?\d+$/.test(text)) return undefined;
  const revision = BigInt(text.replace(/^\+/, ""));
  return revision > INT64_MAX || revision < -INT64_MAX - 1n ? undefined : revision;
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): bigint {
  const newest = replicaSets.toSorted(compareRevisions).at(-1);
  const revision = newest ? revisionOf(newest) : 0n;
  return revision < 0n ? 0n : revision;
}

export const compareRevisions = (a: ReplicaSet, b: ReplicaSet): number => {
  const [left, right] = [revisionOf(a), revisionOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** A replica set's annotations once it is the deployment's newest revision. */
export function annotationsOfNewest(deployment: Deployment, current: Annotations, revision: bigint): Annotations {
  const next: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!NOT_COPIED.has(key)) next[key] = value;
  const before = current[REVISION];
  // Revisions never decrease: the set may already carry a later one. A value that is not a number is left alone.
  const known = before ? parseRevision(before) : 0n;
  if (known !== undefined && known < revision) {
    next[REVISION] = String(revision);
    if (before !== undefined && before !== "") {
      const history = next[REVISION_HISTORY] ? `${next[REVISION_HISTORY]},${before}` : before;
      next[REVISION_HISTORY] = trim(history);
    }
  }
  return next;
}

/** Drops the oldest revisions if the list grows too long. */
function trim(history: string): string {
  let text = history;
  while (text.length > HISTORY_LIMIT && text.includes(",")) text = text.slice(text.indexOf(",") + 1);
  return text;
}

export const scaleAnnotations = (desired: number, max: number): Annotations => ({
  [DESIRED_REPLICAS]: String(desired),
  [MAX_REPLICAS]: String(max),
});
