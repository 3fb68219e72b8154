/** Why a read is refused: what it was decided by has changed or gone, or its revision is no longer kept. */
import { stillExists } from "../../../api/store/lifeline.ts";

import type {
  Decided,
  Key,
  ListHead,
  ReadFailure,
  ReadResult,
  Revision,
  WatchFailure,
} from "../../../api/store/store.ts";
import type { ListBody } from "../lists/list-body.ts";
import type { Marks } from "../tables/log-tables.ts";

export type Refusal = { readonly ok: false } & ReadFailure;
export type WatchRefusal = { readonly ok: false } & WatchFailure;
export type ListStreamResult = ReadResult<ListBody & { readonly head: ListHead }, WatchFailure>;
export type WatchResult = ReadResult<{ readonly stream: ReadableStream<Uint8Array> }, WatchFailure>;

interface Present {
  readonly marks: Marks;
  readonly textAt: (key: Key) => string | undefined;
  readonly now: number;
}

export function refusalOf(
  at: Revision | undefined,
  { policyRevision, lifelines }: Decided,
  { marks: { revision, oldest, policy }, textAt, now }: Present,
): Refusal | undefined {
  if (policyRevision !== undefined && policyRevision < policy) {
    return { ok: false, reason: "stale-policy", policyRevision: policy };
  }
  if (lifelines?.some((lifeline) => !stillExists(lifeline, textAt(lifeline.key), now))) {
    return { ok: false, reason: "identity-gone" };
  }
  if (at !== undefined && at < oldest) return { ok: false, reason: "compacted", oldest };
  if (at !== undefined && at > revision) return { ok: false, reason: "future", revision };
  return undefined;
}
