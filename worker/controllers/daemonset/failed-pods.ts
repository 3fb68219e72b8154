/**
 * The back-off of failed daemon pods: a node that rejects a set's pods again and again keeps each for 1 s, 2 s, … 15 min
 * before it gets the next one. A changed set is tried at once.
 */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";

const FIRST_MS = 1000;
const MAX_MS = 900_000;
/** A node is trusted again after this long without a failure. */
const FORGOTTEN_MS = 2 * MAX_MS;

interface Backoff {
  readonly delay: number;
  /** When the last failed pod was deleted (ms). */
  readonly since: number;
}

export interface FailedPods {
  /** The set, and its generation, that was observed at that time. */
  readonly of: string;
  readonly nodes: Readonly<Record<string, Backoff>>;
}

const observed = ({ metadata, status }: Stored<DaemonSet>): string =>
  `${metadata.uid}/${status.observedGeneration ?? 0}`;

const isForgotten = ({ since }: Backoff, now: number): boolean => now - since > FORGOTTEN_MS;

/** Until when a failed pod stays on the node (ms). */
export function keptUntil(known: FailedPods | undefined, node: string, set: Stored<DaemonSet>): number {
  const backoff = known?.of === observed(set) ? known.nodes[node] : undefined;
  return backoff === undefined ? Number.NEGATIVE_INFINITY : backoff.since + backoff.delay;
}

/** With the nodes whose failed pods are deleted now. The same value if there are none. */
export function withDeleted(
  known: FailedPods | undefined,
  deleted: readonly string[],
  { set, now }: { readonly set: Stored<DaemonSet>; readonly now: number },
): FailedPods | undefined {
  if (deleted.length === 0) return known;
  const of = observed(set);
  const before = known?.of === of ? known.nodes : {};
  const lasting = Object.entries(before).filter(([, backoff]) => !isForgotten(backoff, now));
  const nodes = new Map(lasting);
  for (const node of deleted) {
    const { delay } = nodes.get(node) ?? {};
    nodes.set(node, { delay: delay === undefined ? FIRST_MS : Math.min(2 * delay, MAX_MS), since: now });
  }
  return { of, nodes: Object.fromEntries(nodes) };
}
