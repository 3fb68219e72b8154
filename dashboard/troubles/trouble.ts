/** Something that is wrong: what it is about, and one plain sentence on what is wrong and what to do. */
import type { ObjectName } from "../api/kind.ts";

export interface Trouble extends ObjectName {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly tone: "bad" | "warn";
  readonly state: string;
  readonly why: string;
  /** The cluster's own words; "" if there are none. */
  readonly detail: string;
  /** RFC 3339. */
  readonly since: string;
  /** The log that says more, if there is one. */
  readonly log?: TroubleLog | undefined;
  /** For a pod, the uid of its owner, and the workload at the top: `Deployment web`. */
  readonly owner?: string | undefined;
  readonly of?: string | undefined;
}

/** As the logs' tab takes it from the address. */
export interface TroubleLog {
  readonly container: string;
  /** "true" for the log before the last restart. */
  readonly previous?: string;
}

/** Pods of one owner with the same problem are grouped. */
export const sortOfTrouble = ({ uid, owner = uid, state, why }: Trouble): string => [owner, state, why].join("\n");

/** Nodes first: what is wrong with one explains what is wrong on it. */
const RANK: Readonly<Record<string, number>> = { Node: 0, Pod: 2 };
const rankOf = ({ kind }: Trouble): number => RANK[kind] ?? 1;

export const worstFirst = (a: Trouble, b: Trouble): number =>
  Number(b.tone === "bad") - Number(a.tone === "bad") || rankOf(a) - rankOf(b) || b.since.localeCompare(a.since);

/** What was created or changed less than this ago may still become well by itself. */
export const SETTLING_MS = 60_000;
