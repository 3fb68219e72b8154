/**
 * The routes that nodes dial: their link, its HTTP form, the tunnels that they are called to, and relays to other nodes
 * (docs/spec/node-link.md). A node may only act for itself, an administrator for any node, and a user who may
 * impersonate a node for that one.
 */
import type { Context } from "hono";
import { forbidden, serviceUnavailable, unauthorized } from "../../../api/machinery/status.ts";
import { ANSWERS_REQUESTS } from "../../../api/node/link-request.ts";
import { RESPONSE_HEADER } from "../../../api/node/node-sync.ts";
import { ApiError } from "../../api-error.ts";
import { nodeNameOf } from "../../auth/node/node-identity.ts";
import { MASTERS, UNAUTHENTICATED, type User } from "../../auth/user.ts";
import { NODE_CREDENTIALS } from "../../policy/internal-resources.ts";
import { upgradeOf } from "../../tunnels/upgrade.ts";
import type { Bindings } from "../bindings.ts";
import { identifyForPath } from "../filters/require-path.ts";
import { withPolicy } from "../filters/with-policy.ts";

export async function requireNode(c: Context<Bindings>, node: string): Promise<void> {
  const { user } = await withPolicy(c, (at) => identifyForPath(c, at));
  if (user.groups.includes(UNAUTHENTICATED)) throw new ApiError(unauthorized());
  if (!isNode(user, node))
    throw new ApiError(
      forbidden({ group: "", resource: "nodes" }, node, `User "${user.name}" cannot speak for node "${node}"`),
    );
}

const isNode = (user: User, node: string): boolean => nodeNameOf(user) === node || user.groups.includes(MASTERS);

/** GET /sailplane/v1/nodes/NAME/link (an upgrade) and GET /sailplane/v1/nodes/NAME/sync?since=R */
export async function serveNodeLink(c: Context<Bindings>): Promise<Response> {
  const node = c.req.param("name") ?? "";
  await requireNode(c, node);
  const url = new URL("https://hub/");
  url.searchParams.set("node", node);
  url.searchParams.set("cluster", c.get("cluster"));
  url.searchParams.set("since", c.req.query("since") ?? "0");
  if (c.req.query(ANSWERS_REQUESTS) !== undefined) url.searchParams.set(ANSWERS_REQUESTS, "");
  const hub = c.env.NODE_HUB.getByName(c.get("cluster"));
  return ofObject(await hub.fetch(new Request(url, { headers: upgradeOf(c.req.raw) })));
}

/** The headers of an answer from an object are immutable. */
const ofObject = (response: Response): Response =>
  response.status === 101 ? response : new Response(response.body, response);

/** GET /sailplane/v1/tunnels/ID?node=NAME (an upgrade) */
export async function serveNodeTunnel(c: Context<Bindings>): Promise<Response> {
  const node = c.req.query("node") ?? "";
  await requireNode(c, node);
  const url = `https://tunnel/node?node=${encodeURIComponent(node)}`;
  const tunnel = c.env.TUNNEL.getByName(`${c.get("cluster")}/${c.req.param("id")}`);
  const headers = upgradeOf(c.req.raw);
  const nodeResponse = c.req.header(RESPONSE_HEADER);
  if (nodeResponse !== undefined) headers.set(RESPONSE_HEADER, nodeResponse);
  return ofObject(await tunnel.fetch(new Request(url, { headers })));
}

/** GET /sailplane/v1/relays/PEER?node=NAME (an upgrade) */
export async function serveRelay(c: Context<Bindings>): Promise<Response> {
  const node = c.req.query("node") ?? "";
  const peer = c.req.param("peer") ?? "";
  await requireNode(c, node);
  // A Durable Object would be created for any name.
  if (!(await hasJoined(c, peer))) throw new ApiError(serviceUnavailable(`node ${peer} is not connected`));
  const url = new URL("https://relay/");
  url.searchParams.set("cluster", c.get("cluster"));
  url.searchParams.set("node", node);
  url.searchParams.set("peer", peer);
  const relay = c.env.RELAY.getByName([c.get("cluster"), ...[node, peer].sort()].join("/"));
  return ofObject(await relay.fetch(new Request(url, { headers: upgradeOf(c.req.raw) })));
}

const hasJoined = (c: Context<Bindings>, node: string): Promise<boolean> =>
  withPolicy(c, async ({ policy, store }) => {
    if (policy.get(NODE_CREDENTIALS, "", node)) return true;
    // The node may have joined a moment ago at another edge.
    await store.confirm();
    return false;
  });
