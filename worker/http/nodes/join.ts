/**
 * POST /sailplane/v1/join `{nodeName}`: exchanges a bootstrap token (or a node's own credential, to renew it) for a
 * node credential. A name with a valid credential is only given to the node that holds it.
 */
import type { Context } from "hono";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import { dnsSubdomain } from "../../../api/machinery/names.ts";
import { badRequest, failure, tooManyRequests, unauthorized } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { Key } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import { noteUser } from "../../audit/audited-request.ts";
import { Attempts } from "../../auth/attempts.ts";
import { authenticate, bearerToken } from "../../auth/authenticate.ts";
import { joinRefusal } from "../../auth/credentials/join-right.ts";
import { isNodeToken, type NodeCredential, newNodeToken } from "../../auth/credentials/node-credential.ts";
import { sha256Hex } from "../../auth/credentials/secret.ts";
import { wantedUser } from "../../auth/impersonation/headers.ts";
import { clientAddress } from "../../client-address.ts";
import { NODE_CREDENTIALS } from "../../policy/internal-resources.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { readShortBody } from "../request/body.ts";

const LIFETIME_MS = 365 * 24 * 3600 * 1000;
/** A node that did not receive its new credential may come back with the old one. */
const OVERLAP_MS = 3600 * 1000;
/** By cluster and address. Failed attempts count in a separate bucket, which is exhausted sooner. */
const joins = new Attempts({ burst: 10_000, perMinute: 6000 });
const failures = new Attempts({ burst: 20, perMinute: 10 });

export async function serveJoin(c: Context<Bindings>): Promise<Response> {
  const request = c.req.raw;
  const who = `${c.get("cluster")} ${clientAddress(request) ?? ""}`;
  wait(joins.take(who, Date.now()));
  const { nodeName } = readNodeName(await readShortBody(request));
  return withPolicy(c, async ({ policy, store }) => {
    const now = Date.now();
    const requestor = await authenticate(request, { env: c.env, cluster: c.get("cluster"), policy, store, now });
    if (requestor === "none" || !requestor.ok) {
      wait(failures.take(who, now));
      throw new ApiError(unauthorized());
    }
    const { user } = requestor;
    noteUser(request, user);
    if (wantedUser(request.headers)) throw new ApiError(badRequest("a join cannot impersonate another user"));
    const known = policy.get<NodeCredential>(NODE_CREDENTIALS, "", nodeName);
    const { length: count } = policy.list<NodeCredential>(NODE_CREDENTIALS);
    const refusal = joinRefusal(user, nodeName, { known, count, now });
    if (refusal) throw new ApiError(refusal);
    const token = newNodeToken(nodeName);
    const expires = timestamp(now + LIFETIME_MS);
    const key: Key = { resource: NODE_CREDENTIALS, namespace: "", name: nodeName };
    const credential: NodeCredential = {
      kind: "NodeCredential",
      apiVersion: "sailplane.dev/v1",
      metadata: { name: nodeName, creationTimestamp: timestamp(now) },
      sha256: await sha256Hex(token),
      expires,
      ...(await overlap(request, now)),
    };
    const write = {
      op: known ? "replace" : "create",
      key,
      text: textWithoutRevision(credential),
      attributes: NO_ATTRIBUTES,
    } as const;
    const result = await store.commit([write]);
    if (!result.ok) throw new ApiError(failure(409, "Conflict", `node ${nodeName} is joining from another machine`));
    console.log(
      JSON.stringify({ level: "info", event: "join", cluster: c.get("cluster"), node: nodeName, by: user.name }),
    );
    return c.json({ token, expires, ...(c.env.CLUSTER_CA ? { ca: c.env.CLUSTER_CA } : {}) }, 201);
  });
}

const NO_ATTRIBUTES = { labels: {}, fields: {} };

function wait(seconds: number): void {
  if (seconds > 0) throw new ApiError(tooManyRequests("too many attempts to join", seconds));
}

function readNodeName(body: Uint8Array): { nodeName: string } {
  const nodeName = parse(new TextDecoder().decode(body))?.nodeName;
  if (typeof nodeName !== "string") throw new ApiError(badRequest('the body must be {"nodeName": NAME}'));
  const [problem] = dnsSubdomain(nodeName);
  if (problem !== undefined) throw new ApiError(badRequest(`node name ${JSON.stringify(nodeName)}: ${problem}`));
  return { nodeName };
}

function parse(text: string): { readonly nodeName?: unknown } | undefined {
  try {
    return (JSON.parse(text) ?? undefined) as { readonly nodeName?: unknown } | undefined;
  } catch {
    return undefined;
  }
}

/** The credential that a node renews with stays valid for a while. */
async function overlap(request: Request, now: number): Promise<Pick<NodeCredential, "previous">> {
  const token = bearerToken(request) ?? "";
  if (!isNodeToken(token)) return {};
  return { previous: { sha256: await sha256Hex(token), expires: timestamp(now + OVERLAP_MS) } };
}
