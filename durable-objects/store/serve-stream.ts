/** Streams over HTTP (rules STORE-STREAM and WATCH-STREAM), the one kind of answer that RPC is not best at. */
import { parseStoreName } from "../../api/store/shards.ts";
import type { GroupResource, ListStreamRequest, WatchFailure, WatchRequest } from "../../api/store/store.ts";
import {
  relayName,
  renderListHead,
  storeEncoding,
  storeRelays,
  type TailRequest,
} from "../../api/store/store-stream.ts";
import type { WatchResult } from "./log/refusal.ts";
import type { LogStore } from "./log-store.ts";
import type { RelayDirectory } from "./watch/relay-directory.ts";

const statusOf: Record<WatchFailure["reason"], number> = {
  compacted: 410,
  future: 400,
  "stale-policy": 409,
  "identity-gone": 409,
  "too-many": 429,
};

/** Proxies buffer what they may compress. */
const streamed = { "content-type": "application/json", "content-encoding": "identity" };

const refuse = (failure: WatchFailure) => Response.json(failure, { status: statusOf[failure.reason] });

/** A watch's answer, whichever object carries it. */
export const serveWatch = (result: WatchResult): Response =>
  result.ok ? new Response(result.stream, { headers: streamed }) : refuse(result);

interface StreamingObject {
  /** The object's name. */
  readonly name: string;
  readonly relays?: RelayDirectory;
}

export async function serveStream(
  store: LogStore,
  request: Request,
  { name, relays }: StreamingObject = { name: "" },
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.method === "POST" && pathname === "/watch") {
    const watch = await request.json<WatchRequest>();
    const refused = store.refusesWatch(watch, relays?.held);
    if (refused) return refuse(refused);
    if (relays?.isFull(store.watches)) {
      const { status, header } = storeRelays;
      return new Response(null, { status, headers: { [header]: relayName(name, relays.next()) } });
    }
    return serveWatch(await store.watch(watch));
  }
  if (request.method === "POST" && pathname === "/list") {
    const result = await store.listStream(await request.json<ListStreamRequest>());
    if (!result.ok) return refuse(result);
    return new Response(result.body, {
      headers: { ...streamed, ...renderListHead(result.head), [storeEncoding]: result.encoding },
    });
  }
  if (request.method === "POST" && pathname === "/backup") {
    const { without } = await request.json<{ readonly without: readonly GroupResource[] }>();
    return new Response(store.backup(parseStoreName(name).cluster, without), {
      headers: { ...streamed, "content-type": "application/x-ndjson" },
    });
  }
  if (request.method === "POST" && pathname === "/tail" && relays) {
    const { since, relay, watches } = await request.json<TailRequest>();
    const detach = relays.attach(relay, watches);
    const tail = store.tail(since, detach);
    if (tail) return new Response(tail, { headers: streamed });
    detach();
    return new Response(null, { status: storeRelays.compacted });
  }
  return new Response("the store streams POST /watch, POST /list, POST /backup and POST /tail\n", { status: 404 });
}
