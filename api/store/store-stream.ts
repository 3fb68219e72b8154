/**
 * The head of a streamed list, carried as HTTP headers (rule STORE-STREAM in docs/spec/store.md), so that the Worker can
 * write a List's metadata before the first item arrives.
 */

import { asRevision } from "./revision.ts";
import type { ListHead, Revision } from "./store.ts";
import type { WatchShare } from "./watch-share.ts";

/** Where a ClusterStore answers streams: POST with the request as JSON. The host is never resolved. */
export const storeStreamUrls = {
  list: "https://store/list",
  watch: "https://store/watch",
  backup: "https://store/backup",
  /** The log as a relay follows it. */
  tail: "https://store/tail",
} as const;

/**
 * The answer of a store that has as many watches as one object should hold: a header names the relay that should carry
 * this one (docs/decisions/0012).
 */
export const storeRelays = { status: 421, header: "store-relay", compacted: 410 } as const;

/** Where a ClusterStore accepts a socket that listens for changes; the holder's share is checked. */
export const listenerUrl = (share: WatchShare): string =>
  `https://store/listen?${encodeURIComponent(JSON.stringify(share))}`;

export const parseListenerUrl = (url: string): WatchShare =>
  JSON.parse(decodeURIComponent(url.split("?")[1] ?? "%7B%7D")) as WatchShare;

export interface TailRequest {
  readonly since: Revision;
  /** The relay that asks, and the number of watches that it holds. */
  readonly relay: number;
  readonly watches: number;
}

export const relayName = (store: string, relay: number): string => `${store}#${relay}`;

export function parseRelayName(name: string): { readonly store: string; readonly relay: number } {
  const [store = "", relay] = name.split("#");
  return { store, relay: Number(relay) };
}

/** The encoding of a list's body; not in `content-encoding`, which a runtime in between would decode. */
export const storeEncoding = "store-encoding";

export function renderListHead(head: ListHead): Record<string, string> {
  return {
    "store-revision": String(head.revision),
    "store-more": String(head.more),
    ...(head.remaining === undefined ? {} : { "store-remaining": String(head.remaining) }),
    ...(head.last && { "store-last": `${head.last.namespace}/${head.last.name}` }),
  };
}

export function parseListHead(headers: { get(name: string): string | null }): ListHead {
  const remaining = headers.get("store-remaining");
  const last = headers.get("store-last");
  const slash = last?.indexOf("/") ?? -1;
  return {
    revision: asRevision(Number(headers.get("store-revision"))),
    more: headers.get("store-more") === "true",
    ...(remaining === null ? {} : { remaining: Number(remaining) }),
    ...(last === null ? {} : { last: { namespace: last.slice(0, slash), name: last.slice(slash + 1) } }),
  };
}
