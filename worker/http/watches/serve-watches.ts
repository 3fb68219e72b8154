/**
 * GET /sailplane/v1/watch (an upgrade): one socket for everything that a client watches, which costs nothing while
 * nothing happens (docs/spec/watch.md). Credential and impersonation are given once, and each watch is decided as if it
 * had come by itself.
 */

import type { Context } from "hono";
import { badRequest, unauthorized } from "../../../api/machinery/status.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { listenerUrl } from "../../../api/store/store-stream.ts";
import { WATCH_PROTOCOL } from "../../../api/watch-socket.ts";
import { ApiError } from "../../api-error.ts";
import { credentialHeaders } from "../../auth/credential-headers.ts";
import { UNAUTHENTICATED } from "../../auth/user.ts";
import { socketShareOf } from "../../fairness/watch-share.ts";
import { storageResource } from "../../kinds/kind-registry.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { customResources } from "../../policy/custom-resources.ts";
import { knownPolicy } from "../../policy/snapshot.ts";
import { parseResourcePath } from "../../resource-path.ts";
import { ownStore, shardStore } from "../../storage/cluster-stores.ts";
import { tooManyWatches } from "../../storage/store-failures.ts";
import type { StoreStub } from "../../storage/store-stub.ts";
import { requestsWebSocket } from "../../tunnels/upgrade.ts";
import type { Bindings } from "../bindings.ts";
import { identifyForPath } from "../filters/require-path.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { offeredProtocols } from "../response/websocket-response.ts";
import { NoticeFeed } from "./notice-feed.ts";
import { NoticeFeeds } from "./notice-feeds.ts";
import { WatchSession } from "./watch-session.ts";

/** `serve` answers an API request by whichever user. */
export async function serveWatches(
  c: Context<Bindings>,
  serve: (request: Request) => Promise<Response>,
): Promise<Response> {
  const request = c.req.raw;
  const cluster = c.get("cluster");
  const share = await withPolicy(c, async (at) => {
    const { user } = await identifyForPath(c, at);
    if (user.groups.includes(UNAUTHENTICATED)) throw new ApiError(unauthorized());
    return socketShareOf({ user, cluster, policy: at.policy });
  });
  if (!requestsWebSocket(request)) throw new ApiError(badRequest("this path is for WebSockets"));

  const shards = shardsOf(knownPolicy(cluster));
  const { 0: client, 1: server } = new WebSocketPair();
  const open = async (store: StoreStub) => {
    const request = new Request(listenerUrl(share), { headers: { Upgrade: "websocket" } });
    const { status, webSocket: notices } = await store.fetch(request);
    if (status === 429) throw tooManyWatches();
    if (!notices) throw new Error("the store takes no listeners");
    return new NoticeFeed(notices, {
      pong: () => session.pong(),
      gone: () => server.close(1012, "come again"),
    });
  };
  const feed = new NoticeFeeds(await open(ownStore(c.env, cluster)), (resource) =>
    shards.includes(resource) ? open(shardStore(c.env, cluster, resource)) : undefined,
  );
  const headers = credentialHeaders(request);
  const { origin, pathname } = new URL(request.url);
  const prefix = origin + pathname.slice(0, pathname.lastIndexOf("/sailplane/v1/watch"));
  const session: WatchSession = new WatchSession({
    send: (text) => server.send(text),
    close: (code, why) => server.close(code, why),
    newMark: () => crypto.randomUUID(),
    fetch: (path, accept) =>
      serve(
        new Request(prefix + path, { headers: { ...headers, ...(accept === undefined ? {} : { Accept: accept }) } }),
      ),
    resourceAt: (path) => resourceAt(c, path),
    feed,
  });
  server.addEventListener("message", ({ data }) => {
    if (data === "ping") feed.ping();
    else session.receive(String(data));
  });
  const leave = () => {
    session.stop();
    feed.close();
  };
  server.addEventListener("close", leave);
  server.addEventListener("error", leave);
  server.accept();
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: offeredProtocols(request).includes(WATCH_PROTOCOL) ? { "Sec-WebSocket-Protocol": WATCH_PROTOCOL } : {},
  });
}

function resourceAt(c: Context<Bindings>, path: string): Promise<GroupResource | undefined> {
  const parsed = parseResourcePath(path.split("?", 1)[0] ?? "");
  return withPolicy(c, async ({ policy }) => {
    const served = parsed && policy.derive(customResources).find(parsed.group, parsed.version, parsed.resource);
    return served && storageResource(served.resource);
  });
}
