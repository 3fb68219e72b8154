/** One request for a resource: who, may they, which verb; decided again when the store says that policy has changed. */
import type { Context } from "hono";
import { goQuote } from "../../api/machinery/field-error.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { pathSegmentName } from "../../api/machinery/names.ts";
import { badRequest, methodNotAllowed, noSuchResource, notFound } from "../../api/machinery/status.ts";
import type { Verb } from "../../api/resources/resource.ts";
import { callRemote } from "../aggregation/call-remote.ts";
import { remoteApis } from "../aggregation/remote-apis.ts";
import { ApiError } from "../api-error.ts";
import { noteDecision } from "../audit/audited-request.ts";
import type { ResourceAttributes } from "../auth/attributes.ts";
import { identify } from "../auth/identify.ts";
import { attributesOf } from "../auth/request-attributes.ts";
import { requirePermission } from "../auth/require-permission.ts";
import type { User } from "../auth/user.ts";
import { hasBody } from "../bounded-body.ts";
import { pathInCluster } from "../cluster.ts";
import { Deadline, REQUEST_MS } from "../deadline.ts";
import { flowOf } from "../fairness/classify.ts";
import { FREE_TURN, type Turn } from "../fairness/turn.ts";
import type { Served } from "../kind-registry.ts";
import { noSuchPath } from "../no-such-path.ts";
import type { Caller } from "../outbound/call-client.ts";
import { deployedResources } from "../policy/custom-resources.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { RequestContext } from "../request-context.ts";
import { parseResourcePath, type ResourcePath } from "../resource-path.ts";
import { ConvertingStore } from "../storage/converting-store.ts";
import { SelectingStore, selectsAsRead } from "../storage/selecting-store.ts";
import type { StoreClient } from "../storage/store-client.ts";
import { sandboxedAnswer } from "./answer/sandboxed-answer.ts";
import { warningHeaders } from "./answer/warning-headers.ts";
import type { Bindings } from "./bindings.ts";
import { requireCustomSubresourceVerb, requireCustomVerb } from "./filters/custom-verbs.ts";
import { inTurn } from "./filters/under-way.ts";
import { withPolicy } from "./filters/with-policy.ts";
import { bodyBytes, readBody } from "./request/body.ts";
import { isWatch } from "./request/list-options.ts";
import { queryOf } from "./request/request-url.ts";
import { findSubresource } from "./subresources/index.ts";
import { create } from "./verbs/create.ts";
import { remove } from "./verbs/delete.ts";
import { removeCollection } from "./verbs/deletecollection.ts";
import { get } from "./verbs/get.ts";
import { list } from "./verbs/list.ts";
import { patch } from "./verbs/patch.ts";
import { update } from "./verbs/update.ts";
import { watch } from "./verbs/watch.ts";
import { findAction } from "./virtual/actions.ts";

const verbs: Readonly<Record<Verb, (context: RequestContext) => Promise<Response>>> = {
  create,
  delete: remove,
  deletecollection: removeCollection,
  get,
  list,
  patch,
  update,
  watch,
};

export async function serveResource(c: Context<Bindings>): Promise<Response> {
  const query = queryOf(c.req.url);
  const path = parseResourcePath(c.req.path);
  if (!path) throw new ApiError(noSuchResource());
  const request = c.req.raw;
  if (isUpgrade(request) || !hasBody(request))
    return withPolicy(c, (at) => decide(c, { query, path, body: noBody, ...at }));
  return Deadline.during(REQUEST_MS, (deadline) => {
    let read: Promise<Body> | undefined;
    const body = () => {
      read ??= readBody(request, deadline);
      return read;
    };
    return withPolicy(c, (at) => decide(c, { query, path, body, ...at }), deadline);
  });
}

type Body = Uint8Array<ArrayBuffer>;

const noBody = async (): Promise<Body> => new Uint8Array();

interface Asked {
  readonly query: URLSearchParams;
  readonly path: ResourcePath;
  readonly policy: PolicySnapshot;
  readonly store: StoreClient;
}

interface Unread extends Asked {
  /** Reads it once, however often the request is decided. */
  readonly body: () => Promise<Body>;
}

/** Nothing is read of a body, which may be large, or slow, before it is known whose it is, and counted as his. */
async function decide(c: Context<Bindings>, asked: Unread): Promise<Response> {
  const { env, req } = c;
  const cluster = c.get("cluster");
  const now = Date.now();
  const verb = verbOf(req.method, asked.path, asked.query);
  const attributes = attributesOf(verb, asked.path, asked.query);
  const user = await identify(req.raw, attributes, { env, cluster, policy: asked.policy, store: asked.store, now });
  const served = async (turn: Turn) =>
    serve(c, { ...asked, turn, user, verb, attributes, body: await asked.body(), now: Date.now() });
  if (env.ownApi) return served(FREE_TURN);
  c.set("flow", flowOf(asked.policy, { user, attributes }));
  return inTurn({ user, cluster, verb, bodyBytes: bodyBytes(req.raw) }, served);
}

interface Identified extends Asked {
  readonly turn: Turn;
  readonly body: Body;
  readonly user: User;
  readonly verb: string;
  readonly attributes: ResourceAttributes;
  readonly now: number;
}

async function serve(c: Context<Bindings>, asked: Identified): Promise<Response> {
  const { query, path, body, policy, store, user, verb, attributes, now, turn } = asked;
  const request = c.req.raw;
  noteDecision(request, await requirePermission(user, attributes, { policy, store }));

  const caller = { env: c.env, cluster: c.get("cluster"), store };
  const remote = policy.derive(remoteApis).get(apiVersionOf(path.group, path.version));
  if (remote) {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const asked = { remote, user, method, path: `${pathInCluster(pathname)}${search}`, headers, body };
    return sandboxedAnswer(await callRemote(caller, asked), user);
  }
  const registry = policy.derive(deployedResources(c.env));
  const served = registry.find(path.group, path.version, path.resource);
  if (!served) {
    // A kind that was defined a moment ago, at another edge, is served.
    await store.confirm();
    throw noSuchPath(path.group);
  }
  if (!isRouted(path, served, verb)) throw noSuchPath(path.group);
  const isHeadOnly = request.method === "HEAD" && served.custom === true;
  const context: RequestContext = {
    ...caller,
    request: isHeadOnly ? new Request(request, { method: "GET" }) : request,
    query,
    path,
    served,
    user,
    policy,
    registry,
    store: storeFor(caller, served, query),
    body,
    turn,
    now,
    warnings: served.deprecation === undefined ? [] : [served.deprecation],
  };
  // Whoever asks for what is not there makes up no labels.
  if (path.subresource === "" || findSubresource(context)) c.set("about", { verb, path, served, request, query });
  try {
    const response = await (path.subresource === "" ? serveVerb(context, verb) : serveSubresource(context));
    if (!isHeadOnly) return withWarnings(response, context.warnings);
    // Of a watch it would go on.
    await response.body?.cancel();
    return withWarnings(new Response(null, response), context.warnings);
  } catch (error) {
    // What was said on the way to a refusal is said with it.
    if (error instanceof ApiError && (served.custom || !isOfRouter(error))) c.set("warnings", context.warnings);
    throw error;
  }
}

/**
 * A verb that the kind has not leads nowhere, nor does a form that nothing has: what the router refuses shows details,
 * though none.
 */
const isOfRouter = ({ status: { code, details } }: ApiError): boolean =>
  code === 405 || (code === 406 && details !== undefined);

function storeFor(caller: Caller, served: Served, query: URLSearchParams): StoreClient {
  const { converter } = served;
  const store = converter ? new ConvertingStore(caller, served, converter) : caller.store;
  return selectsAsRead(served, query) ? new SelectingStore(store, served) : store;
}

async function serveVerb(context: RequestContext, verb: string): Promise<Response> {
  const { resource } = context.served;
  const { path, request } = context;
  if (context.served.custom) {
    requireCustomVerb(context);
    return verbs[verb as Verb](context);
  }
  if (request.method === "HEAD") throw new ApiError(methodNotAllowed());
  const offered: readonly string[] = resource.verbs ?? Object.keys(verbs);
  if (!offered.includes(verb) || !(verb in verbs) || !fitsPath(request.method, path, resource.scope)) {
    throw new ApiError(methodNotAllowed());
  }
  const problems = path.name === "" ? [] : pathSegmentName(path.name);
  if (problems.length > 0)
    throw new ApiError(badRequest(`Name parameter invalid: ${goQuote(path.name)}: ${problems.join(";")}`));
  const action = findAction(context, verb);
  return action ? action(context) : verbs[verb as Verb](context);
}

/**
 * Whether a path fits the scope at all: cluster-scoped objects are in no namespace, namespaced ones have a name only in one.
 * Custom ones are no route but a question of each request, and over all namespaces nothing but a list or a watch is one.
 */
function isRouted(
  { name, namespace, resource }: ResourcePath,
  { custom, resource: kind }: Served,
  verb: string,
): boolean {
  // What is only ever posted has no names.
  if (name !== "" && kind.verbs?.join() === "create") return false;
  // A namespace is asked for as one in itself. Below another it would be decided by the rights that are held there.
  if (kind.scope === "Cluster") return namespace === "" || (resource === "namespaces" && namespace === name);
  return namespace !== "" || (custom ? verb === "list" || verb === "watch" : name === "");
}

/** A namespaced resource is created in a namespace; a name is not posted to, a collection is not put. */
function fitsPath(method: string, { name, namespace }: ResourcePath, scope: "Namespaced" | "Cluster"): boolean {
  if (scope === "Namespaced" && namespace === "" && method !== "GET") return false;
  return name === "" ? method === "GET" || method === "POST" || method === "DELETE" : method !== "POST";
}

function serveSubresource(context: RequestContext): Promise<Response> {
  const { served, path } = context;
  // Of built-in kinds the proxy alone has a route that goes on; custom ones have no routes.
  const isLonger = !served.custom && path.subresource !== "proxy" && path.rest.length > "/".length;
  const serve = isLonger ? undefined : findSubresource(context);
  if (serve && served.custom) requireCustomSubresourceVerb(context);
  if (!serve && served.custom)
    throw new ApiError(notFound({ group: served.group, resource: served.resource.plural }, path.name));
  if (!serve) {
    // No route, and so nobody to warn.
    context.warnings.length = 0;
    throw new ApiError(noSuchResource());
  }
  return serve(context);
}

/** The verb of Kubernetes' authorization (apiserver/pkg/endpoints/request). */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  switch (method) {
    case "POST":
      return "create";
    case "GET":
    case "HEAD":
      if (path.watch || (path.name === "" && isWatch(query))) return "watch";
      return path.name === "" ? "list" : "get";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return path.name === "" ? "deletecollection" : "delete";
    default:
      // No verb of Kubernetes' at all.
      return "";
  }
}

const isUpgrade = (request: Request) => request.headers.get("Upgrade") !== null;

function withWarnings(response: Response, warnings: readonly string[]): Response {
  if (warnings.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const header of warningHeaders(warnings)) headers.append("Warning", header);
  // An upgrade is in the answer beside its body.
  return new Response(response.body, { status: response.status, headers, webSocket: response.webSocket });
}
