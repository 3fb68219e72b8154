/** Compares lists of a kind at two moments. */
import { api, exactApi } from "../api/connection.ts";
import { apiVersionOf, type Kind, targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { mayBeRounded } from "../manifests/rounded.ts";
import { type Change, changesBetween, type Items } from "./changes.ts";

export interface Span {
  /** Revisions; "" is now. */
  readonly from: string;
  readonly to: string;
  /** "" for all. */
  readonly namespace: string;
}

export interface KindChange extends Change {
  readonly kind: Kind;
}

export type KindChanges = { readonly changes: readonly KindChange[] } | { readonly problem: string };

/** Reads twice where integers beyond 2^53 were rounded, which few objects have. */
export async function readChanges(kind: Kind, span: Span): Promise<KindChanges> {
  const found = await readVia(api, kind, span);
  const isRounded = "changes" in found && found.changes.some(({ before, after }) => mayBeRounded([before, after]));
  return isRounded ? readVia(exactApi, kind, span) : found;
}

async function readVia(via: typeof api, kind: Kind, { from, to, namespace }: Span): Promise<KindChanges> {
  const [before, after] = await Promise.all([from, to].map((at) => itemsAt(via, kind, { namespace, at })));
  if (!before || !after) return { problem: "The cluster does not answer." };
  if ("problem" in before) return before;
  if ("problem" in after) return after;
  return { changes: changesBetween(before.items, after.items).map((change) => ({ ...change, kind })) };
}

async function itemsAt(
  via: typeof api,
  kind: Kind,
  { namespace, at }: { readonly namespace: string; readonly at: string },
): Promise<{ readonly items: Items } | { readonly problem: string }> {
  const query = at === "" ? {} : { resourceVersion: at, resourceVersionMatch: "Exact" };
  const outcome = await via.list(targetOf(kind, { namespace }), query).catch(() => undefined);
  if (!outcome) return { problem: "The cluster does not answer." };
  if (!outcome.ok) return { problem: statusText(outcome.status) };
  return { items: outcome.object.items.map((item) => ({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind })) };
}

/** Kinds that change all the time by themselves. */
const NOISE = new Set(["events", "events.events.k8s.io", "leases.coordination.k8s.io"]);

export const isComparable = ({ group, plural, verbs }: Kind): boolean =>
  verbs.includes("watch") && !NOISE.has(group === "" ? plural : `${plural}.${group}`);
