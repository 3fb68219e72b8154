/**
 * The head of a streamed list, carried as HTTP headers (rule STORE-STREAM in docs/spec/store.md), so that the Worker can
 * write a List's metadata before the first item arrives.
 */
import type { ListHead, Revision } from "../store.ts";
import type { WatchShare } from "./watch-share.ts";

/** Where a ClusterStore answers streams: POST with the request as JSON. The host is never looked up. */
export const storeStreamUrls = {
  list: "https://store/list",
  watch: "https://store/watch",
  backup: "https://store/backup",
  /** The log as a relay follows it. */
  tail: "https://store/tail",
} as const;

/**
 * How a store answers that has as many watches as one object should hold: with the name of the relay that is to carry the one
 * that was asked for (docs/decisions/0012), in a header.
 */
export const storeRelays = { status: 421, header: "store-relay", compacted: 410 } as const;

/** Where a ClusterStore takes a socket that is to hear of changes; whose it is counts. */
export const listenerUrl = (share: WatchShare): string =>
  `https://store/listen?${encodeURIComponent(JSON.stringify(share))}`;

export const parseListenerUrl = (url: string): WatchShare =>
  JSON.parse(decodeURIComponent(url.split("?")[1] ?? "%7B%7D")) as WatchShare;

export interface TailRequest {
  readonly since: Revision;
  /** Which relay asks, and how many watches it holds. */
  readonly relay: number;
  readonly watches: number;
}

export const relayName = (store: string, relay: number): string => `${store}#${relay}`;

export function parseRelayName(name: string): { readonly store: string; readonly relay: number } {
  const [store = "", relay] = name.split("#");
  return { store, relay: Number(relay) };
}

/** How the body of a list is encoded: not in `content-encoding`, which a runtime in between would undo. */
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
    revision: Number(headers.get("store-revision")) as Revision,
    more: headers.get("store-more") === "true",
    ...(remaining === null ? {} : { remaining: Number(remaining) }),
    ...(last === null ? {} : { last: { namespace: last.slice(0, slash), name: last.slice(slash + 1) } }),
  };
}
