/**
 * POST /sailplane/v1/join `{nodeName}`: trades a bootstrap token (or a node's own credential, to renew it) for the
 * node's credential. A name that already has a living credential is only given to the node that holds it.
 */
import type { Context } from "hono";
import { dnsSubdomain } from "../../api/machinery/names.ts";
import { textWithoutRevision } from "../../api/machinery/object-text.ts";
import { badRequest, failure, unauthorized } from "../../api/machinery/status.ts";
import { timestamp } from "../../api/machinery/time.ts";
import type { Key } from "../../api/store.ts";
import { ApiError } from "../api-error.ts";
import { authenticate } from "../auth/authenticate.ts";
import { NODE_CREDENTIALS, type NodeCredential, newNodeToken } from "../auth/node-credential.ts";
import { sha256Hex } from "../auth/secret.ts";
import { MASTERS, type User } from "../auth/user.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { Bindings } from "./app.ts";
import { withPolicy } from "./with-policy.ts";

const LIFETIME_MS = 365 * 24 * 3600 * 1000;

export async function serveJoin(c: Context<Bindings>): Promise<Response> {
  const { nodeName } = await readRequest(c.req.raw);
  return withPolicy(c, async ({ policy, store }) => {
    const now = Date.now();
    const user = await authenticate(c.req.raw, { env: c.env, cluster: c.var.cluster, policy, store, now });
    if (!user || user === "none") throw new ApiError(unauthorized());
    requireRight(user, nodeName, policy, now);
    const token = newNodeToken(nodeName);
    const expires = timestamp(now + LIFETIME_MS);
    const key: Key = { resource: NODE_CREDENTIALS, namespace: "", name: nodeName };
    const credential: NodeCredential = {
      kind: "NodeCredential",
      apiVersion: "sailplane.dev/v1",
      metadata: { name: nodeName, creationTimestamp: timestamp(now) },
      sha256: await sha256Hex(token),
      expires,
    };
    const known = policy.get(NODE_CREDENTIALS, "", nodeName) !== undefined;
    const write = {
      op: known ? "replace" : "create",
      key,
      text: textWithoutRevision(credential),
      attributes: NO_ATTRIBUTES,
    } as const;
    const result = await store.commit([write]);
    if (!result.ok) throw new ApiError(failure(409, "Conflict", `node ${nodeName} is joining from another machine`));
    return c.json({ token, expires, ...(c.env.CLUSTER_CA ? { ca: c.env.CLUSTER_CA } : {}) }, 201);
  });
}

const NO_ATTRIBUTES = { labels: {}, fields: {} };

async function readRequest(request: Request): Promise<{ nodeName: string }> {
  const body = (await request.json().catch(() => undefined)) as { nodeName?: unknown } | undefined;
  const nodeName = body?.nodeName;
  if (typeof nodeName !== "string") throw new ApiError(badRequest('the body must be {"nodeName": NAME}'));
  const [problem] = dnsSubdomain(nodeName);
  if (problem !== undefined) throw new ApiError(badRequest(`node name ${JSON.stringify(nodeName)}: ${problem}`));
  return { nodeName };
}

/** A bootstrap token makes new nodes and cannot take over one that lives. */
function requireRight(user: User, nodeName: string, policy: PolicySnapshot, now: number): void {
  if (user.groups.includes(MASTERS) || user.name === `system:node:${nodeName}`) return;
  if (!user.groups.includes("system:bootstrappers")) {
    throw new ApiError(failure(403, "Forbidden", `user ${JSON.stringify(user.name)} may not join nodes`));
  }
  const living = policy.get<NodeCredential>(NODE_CREDENTIALS, "", nodeName);
  if (living && Date.parse(living.expires) > now) {
    const advice = "delete that Node first, or choose another name with --node-name";
    throw new ApiError(failure(409, "AlreadyExists", `a node named ${nodeName} has joined already: ${advice}`));
  }
}
