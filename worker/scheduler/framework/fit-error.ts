/** Why no node fits, in kube-scheduler's words. */
import type { Refusal } from "../cluster/node-filter.ts";

export interface FitFailure {
  readonly allNodes: number;
  /** A reason that holds for all nodes, found before any was considered. */
  readonly before?: string;
  /** Each node's reasons. */
  readonly refusals: Iterable<Refusal>;
  /** The result of trying preemption. */
  readonly after?: string;
}

export const NO_NODES = "no nodes available to schedule pods";
const MAX_LENGTH = 1024;

export function fitErrorText({ allNodes, before, refusals, after }: FitFailure): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const head = `0/${allNodes} nodes are available`;
  const reasonText = before === undefined ? (reasons.length > 0 ? `: ${reasons.join(", ")}.` : "") : `: ${before}.`;
  return `${head}${reasonText}${after ? ` ${after}` : ""}`;
}

/** The longest message that events and conditions may have. */
export const shortened = (text: string): string =>
  text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - " ...".length)} ...`;
