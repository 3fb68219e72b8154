/** Why no node will do, in kube-scheduler's words. */
import type { Refusal } from "./node-filter.ts";

export interface FitFailure {
  readonly allNodes: number;
  /** What held for all nodes before any was looked at. */
  readonly before?: string;
  /** Each node's reasons. */
  readonly refusals: Iterable<Refusal>;
  /** What came of trying to make room. */
  readonly after?: string;
}

export const NO_NODES = "no nodes available to schedule pods";
const LONGEST = 1024;

export function fitErrorText({ allNodes, before, refusals, after }: FitFailure): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const head = `0/${allNodes} nodes are available`;
  const said = before === undefined ? (reasons.length > 0 ? `: ${reasons.join(", ")}.` : "") : `: ${before}.`;
  return `${head}${said}${after ? ` ${after}` : ""}`;
}

/** Events and conditions hold no more. */
export const shortened = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST - " ...".length)} ...`;
