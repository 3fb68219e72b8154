/**
 * `/sailplane/v1/clusters`: for operators who host clusters for others. Authorized by RBAC of the default cluster, on
 * `clusters.sailplane.dev` and its subresources `administrator` and `authentication`; a cluster's own administrators
 * have no access.
 */
import type { Context } from "hono";
import { type JwtAuthenticator, parseAuthentication } from "../../../api/authentication/config.ts";
import { dnsLabel } from "../../../api/machinery/names.ts";
import { alreadyExists, badRequest, noSuchResource, notFound } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { requirePermission } from "../../auth/require-permission.ts";
import { deploymentOf } from "../../bootstrap/deployment.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import {
  createCluster,
  deleteCluster,
  limitCluster,
  replaceAdministrator,
  trustIssuers,
  usageOf,
} from "../../clusters/lifecycle.ts";
import type { ClusterLimits } from "../../policy/cluster-settings.ts";
import type { NamedCluster } from "../../policy/clusters.ts";
import { CLUSTERS } from "../../policy/internal-resources.ts";
import type { Bindings } from "../bindings.ts";
import { identify } from "../filters/identify.ts";
import { type Decided, withPolicy } from "../filters/with-policy.ts";
import { readShortBody } from "../request/body.ts";

const OF = { group: "sailplane.dev", resource: "clusters" };

/** GET and POST /sailplane/v1/clusters */
export async function serveClusters(c: Context<Bindings>): Promise<Response> {
  mustBeDefault(c);
  const body = await readShortBody(c.req.raw);
  return withPolicy(c, async (at) => {
    if (c.req.method === "GET") {
      await mayDo(c, at, { verb: "list" });
      return c.json({ items: at.policy.list<NamedCluster>(CLUSTERS).map(printCluster) });
    }
    const { name, limits } = parseCluster(body);
    await mayDo(c, at, { verb: "create", name });
    if (name === "") throw new ApiError(badRequest("name: is required"));
    const deployment = await deploymentOf(c.env, name);
    const made = await createCluster(c.env, { name, limits }, { names: at.store, now: Date.now(), deployment });
    if (made === undefined) throw new ApiError(alreadyExists(OF, name));
    return c.json({ name, limits, token: made }, 201);
  });
}

/** GET, PUT and DELETE /sailplane/v1/clusters/NAME */
export async function serveCluster(c: Context<Bindings>): Promise<Response> {
  mustBeDefault(c);
  const body = await readShortBody(c.req.raw);
  return withPolicy(c, async (at) => {
    const name = c.req.param("name") ?? "";
    const verb = { GET: "get", PUT: "update", DELETE: "delete" }[c.req.method] ?? "";
    await mayDo(c, at, { verb, name });
    const known = knownCluster(at, name);
    if (verb === "get") return c.json({ ...printCluster(known), usage: await usageOf(c.env, name) });
    if (verb === "delete") {
      await deleteCluster(c.env, name, at.store);
      return c.json({ name });
    }
    const { limits } = parseCluster(body);
    return c.json(printCluster(await limitCluster(c.env, { name, limits }, { names: at.store, known })));
  });
}

/** POST /sailplane/v1/clusters/NAME/administrator: issues a new administrator token, for one that was lost. */
export async function serveClusterAdministrator(c: Context<Bindings>): Promise<Response> {
  mustBeDefault(c);
  return withPolicy(c, async (at) => {
    const name = c.req.param("name") ?? "";
    await mayDo(c, at, { verb: "create", name, subresource: "administrator" });
    const { limits } = knownCluster(at, name);
    return c.json({ name, token: await replaceAdministrator(c.env, { name, limits }) }, 201);
  });
}

/** PUT /sailplane/v1/clusters/NAME/authentication: replaces the AuthenticationConfiguration. */
export async function serveClusterAuthentication(c: Context<Bindings>): Promise<Response> {
  mustBeDefault(c);
  const body = await readShortBody(c.req.raw);
  return withPolicy(c, async (at) => {
    const name = c.req.param("name") ?? "";
    await mayDo(c, at, { verb: "update", name, subresource: "authentication" });
    const { limits } = knownCluster(at, name);
    const issuers = parseIssuers(body);
    await trustIssuers(c.env, { name, limits }, issuers);
    return c.json({ name, issuers: issuers.map(({ issuer }) => issuer.url) });
  });
}

function parseIssuers(body: Uint8Array): readonly JwtAuthenticator[] {
  const parsed = parseAuthentication(parse(new TextDecoder().decode(body)));
  if (!parsed.ok) throw new ApiError(badRequest(parsed.message));
  const own = parsed.jwt.findIndex(({ issuer }) => issuer.certificateAuthority !== undefined);
  if (own >= 0) {
    const path = `jwt[${own}].issuer.certificateAuthority`;
    throw new ApiError(
      badRequest(`${path}: is not supported for a named cluster: the platform trusts for all at once`),
    );
  }
  return parsed.jwt;
}

function mustBeDefault(c: Context<Bindings>): void {
  if (c.get("cluster") !== DEFAULT_CLUSTER) throw new ApiError(noSuchResource());
}

interface Action {
  readonly verb: string;
  readonly name?: string;
  readonly subresource?: string;
}

async function mayDo(c: Context<Bindings>, { policy, store }: Decided, action: Action): Promise<void> {
  const what = { ...OF, version: "v1", subresource: "", namespace: "", name: "", ...action };
  const at = { env: c.env, cluster: c.get("cluster"), policy, store, now: Date.now() };
  const user = await identify(c.req.raw, what, at);
  await requirePermission(user, what, { policy, store });
  // What follows calls other stores, which do not check this policy.
  await store.confirm();
}

function knownCluster({ policy }: Decided, name: string): NamedCluster {
  const known = policy.get<NamedCluster>(CLUSTERS, "", name);
  if (!known) throw new ApiError(notFound(OF, name));
  return known;
}

const printCluster = ({ metadata, limits }: NamedCluster) => ({
  name: metadata.name,
  createdAt: metadata.creationTimestamp,
  limits,
});

/** `{name, limits: {objects, bytes, watches, requestsPerSecond}}`; only the name is required. */
function parseCluster(body: Uint8Array): { name: string; limits: ClusterLimits } {
  const parsed = parse(new TextDecoder().decode(body));
  const { name = "", limits = {} } = parsed;
  if (typeof name !== "string") throw new ApiError(badRequest("name: must be a text"));
  const [problem] = name === DEFAULT_CLUSTER ? ["is the deployment's own cluster"] : name === "" ? [] : dnsLabel(name);
  if (problem !== undefined) throw new ApiError(badRequest(`name ${JSON.stringify(name)}: ${problem}`));
  return { name, limits: parseLimits(limits) };
}

const LIMITS = ["objects", "bytes", "watches", "requestsPerSecond"] as const;

function parseLimits(limits: unknown): ClusterLimits {
  if (typeof limits !== "object" || limits === null) throw new ApiError(badRequest("limits: must be an object"));
  for (const [key, value] of Object.entries(limits)) {
    if (!LIMITS.some((known) => known === key)) throw new ApiError(badRequest(`limits.${key}: there is no such limit`));
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ApiError(badRequest(`limits.${key}: must be a whole number, 1 or more`));
  }
  return limits;
}

function parse(text: string): { readonly name?: unknown; readonly limits?: unknown } {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Reported below.
  }
  throw new ApiError(badRequest("the body must be a JSON object"));
}
