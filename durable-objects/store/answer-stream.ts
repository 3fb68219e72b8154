/** Streams over HTTP (rules STORE-STREAM and WATCH-STREAM): the only answers that RPC is not the best way for. */
import type { GroupResource, ListStreamRequest, ReadFailure, WatchRequest } from "../../api/store.ts";
import { renderListHead, storeEncoding } from "../../api/store-stream.ts";
import type { LogStore } from "./log-store.ts";

const statusOf: Record<ReadFailure["reason"], number> = {
  compacted: 410,
  future: 400,
  "stale-policy": 409,
  "identity-gone": 409,
};

/** A proxy in between buffers what it may compress. */
const streamed = { "content-type": "application/json", "content-encoding": "identity" };

const refuse = (failure: ReadFailure) => Response.json(failure, { status: statusOf[failure.reason] });

/** `cluster`: its name, for the head of a backup. */
export async function answerStream(store: LogStore, request: Request, cluster = ""): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.method === "POST" && pathname === "/watch") {
    const answer = await store.watch(await request.json<WatchRequest>());
    return answer.ok ? new Response(answer.stream, { headers: streamed }) : refuse(answer);
  }
  if (request.method === "POST" && pathname === "/list") {
    const answer = await store.listStream(await request.json<ListStreamRequest>());
    if (!answer.ok) return refuse(answer);
    return new Response(answer.stream, {
      headers: { ...streamed, ...renderListHead(answer.head), [storeEncoding]: answer.encoding },
    });
  }
  if (request.method === "POST" && pathname === "/backup") {
    const { without } = await request.json<{ readonly without: readonly GroupResource[] }>();
    return new Response(store.backup(cluster, without), {
      headers: { ...streamed, "content-type": "application/x-ndjson" },
    });
  }
  return new Response("the store streams POST /watch, POST /list and POST /backup\n", { status: 404 });
}
