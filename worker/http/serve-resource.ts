/**
 * One request for a resource: who, may they, which verb; decided again if the store reports that policy has changed.
 */
import type { Context } from "hono";
import { goQuote } from "../../api/machinery/field-error.ts";
import { apiVersionOf } from "../../api/machinery/meta.ts";
import { pathSegmentName } from "../../api/machinery/names.ts";
import { badRequest, methodNotAllowed, noSuchResource, notFound } from "../../api/machinery/status.ts";
import type { Verb } from "../../api/resources/resource.ts";
import { callRemote } from "../aggregation/call-remote.ts";
import { doubtRemote } from "../aggregation/doubt-remote.ts";
import { type RemoteApi, remoteApis } from "../aggregation/remote-apis.ts";
import { ApiError } from "../api-error.ts";
import { noteDecision } from "../audit/audited-request.ts";
import type { ResourceAttributes } from "../auth/attributes.ts";
import { attributesOf, requiredOf } from "../auth/request-attributes.ts";
import { requirePermission } from "../auth/require-permission.ts";
import type { User } from "../auth/user.ts";
import { hasBody } from "../bounded-body.ts";
import { pathInCluster } from "../cluster.ts";
import { ConvertingStore } from "../conversion/converting-store.ts";
import { Deadline, REQUEST_MS } from "../deadline.ts";
import { flowOf } from "../fairness/classify.ts";
import { FREE_TURN, type Turn } from "../fairness/turn.ts";
import { resourceNameOf, type Served } from "../kinds/kind-registry.ts";
import { noSuchPath } from "../no-such-path.ts";
import type { Caller } from "../outbound/call-client.ts";
import { deployedResources } from "../policy/custom-resources.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { RequestContext } from "../request-context.ts";
import { parseResourcePath, type ResourcePath } from "../resource-path.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { SelectingStore, selectsAsRead } from "../storage/selecting-store.ts";
import type { StoreClient } from "../storage/store-client.ts";
import type { Bindings } from "./bindings.ts";
import { customVerb, requireCustomSubresourceVerb } from "./filters/custom-verbs.ts";
import { identify } from "./filters/identify.ts";
import { limitInFlight } from "./filters/in-flight.ts";
import { withPolicy } from "./filters/with-policy.ts";
import { type RequestSeats, withSeats } from "./filters/with-seats.ts";
import { bodyBytes, readBody } from "./request/body.ts";
import { queryOf } from "./request/request-url.ts";
import { type RequestVerb, verbOf } from "./request/verb.ts";
import { sandboxedResponse } from "./response/sandboxed-response.ts";
import { warningHeaders } from "./response/warning-headers.ts";
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
  return withSeats((seats) => {
    if (isUpgrade(request) || !hasBody(request))
      return withPolicy(c, (at) => decide(c, { query, path, seats, body: noBody, ...at }));
    return Deadline.during(REQUEST_MS, (deadline) => {
      let read: Promise<Body> | undefined;
      const body = () => {
        read ??= readBody(request, deadline);
        return read;
      };
      return withPolicy(c, (at) => decide(c, { query, path, seats, body, ...at }), deadline);
    });
  });
}

type Body = Uint8Array<ArrayBuffer>;

const noBody = async (): Promise<Body> => new Uint8Array();

interface RoutedRequest {
  readonly query: URLSearchParams;
  readonly path: ResourcePath;
  readonly policy: PolicySnapshot;
  readonly store: StoreClient;
}

interface UnreadRequest extends RoutedRequest {
  readonly seats: RequestSeats;
  /** Reads the body once, however often the request is decided. */
  readonly body: () => Promise<Body>;
}

/**
 * A body, which may be large or slow, is not read until its sender is authenticated and it counts against their share.
 */
async function decide(c: Context<Bindings>, request: UnreadRequest): Promise<Response> {
  const { env, req } = c;
  const cluster = c.get("cluster");
  const now = Date.now();
  const verb = verbOf(req.method, request.path, request.query);
  const attributes = attributesOf(verb, request.path, request.query);
  const user = await identify(req.raw, attributes, { env, cluster, policy: request.policy, store: request.store, now });
  const served = async (turn: Turn) =>
    serve(c, { ...request, turn, user, verb, attributes, body: await request.body(), now: Date.now() });
  if (env.ownApi) return served(FREE_TURN);
  const flow = flowOf(request.policy, { user, attributes });
  c.set("flow", flow);
  const counted = { user, cluster, verb, bodyBytes: bodyBytes(req.raw) };
  const waiting = request.seats.take({ ...counted, policy: request.policy, flow, attributes });
  if (waiting) await waiting;
  return limitInFlight(counted, served);
}

interface IdentifiedRequest extends RoutedRequest {
  readonly turn: Turn;
  readonly body: Body;
  readonly user: User;
  readonly verb: RequestVerb;
  readonly attributes: ResourceAttributes;
  readonly now: number;
}

async function serve(c: Context<Bindings>, identified: IdentifiedRequest): Promise<Response> {
  const { query, path, body, policy, store, user, verb, attributes, now, turn } = identified;
  const request = c.req.raw;
  noteDecision(request, await requirePermission(user, requiredOf(attributes), { policy, store }, attributes));

  const caller = { env: c.env, cluster: c.get("cluster"), store };
  const remote = policy.derive(remoteApis).get(apiVersionOf(path.group, path.version));
  if (remote) return passOn(c, caller, { ...identified, remote });
  const registry = policy.derive(deployedResources(c.env));
  const served = registry.find(path.group, path.version, path.resource);
  if (!served) {
    // Catches up, in case the kind was defined a moment ago through another isolate.
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
  // Requests for resources that do not exist must not create metric labels.
  if (path.subresource === "" || findSubresource(context)) c.set("about", { verb, path, served, request, query });
  try {
    const response = await (path.subresource === "" ? serveVerb(context, verb) : serveSubresource(context, verb));
    if (!isHeadOnly) return withWarnings(response, context.warnings);
    // A watch would continue otherwise.
    await response.body?.cancel();
    return withWarnings(new Response(null, response), context.warnings);
  } catch (error) {
    // Warnings recorded before the error are sent with it.
    if (error instanceof ApiError && (served.custom || !isOfRouter(error))) c.set("warnings", context.warnings);
    throw error;
  }
}

interface PassedOn extends Pick<IdentifiedRequest, "user" | "body" | "verb"> {
  readonly remote: RemoteApi;
}

async function passOn(c: Context<Bindings>, caller: Caller, { remote, user, body, verb }: PassedOn): Promise<Response> {
  const request = c.req.raw;
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  const call = {
    remote,
    user,
    method,
    headers,
    body,
    path: `${pathInCluster(pathname)}${search}`,
    isWatch: verb === "watch",
    ...(isUpgrade(request) && { upgrade: request }),
  };
  try {
    return sandboxedResponse(await callRemote(caller, call), user);
  } catch (problem) {
    c.executionCtx.waitUntil(doubtRemote(caller, remote, problem));
    throw problem;
  }
}

/**
 * Whether the error is the router's: an unsupported verb, or a form that nothing has. Such errors have `details`,
 * though empty.
 */
const isOfRouter = ({ status: { code, details } }: ApiError): boolean =>
  code === 405 || (code === 406 && details !== undefined);

function storeFor(caller: Caller, served: Served, query: URLSearchParams): ObjectStore {
  const { converter } = served;
  const store = converter ? new ConvertingStore(caller, served, converter) : caller.store;
  return selectsAsRead(served, query) ? new SelectingStore(store, served) : store;
}

async function serveVerb(context: RequestContext, verb: RequestVerb): Promise<Response> {
  const { resource } = context.served;
  const { path, request } = context;
  if (context.served.custom) return verbs[customVerb(context, verb)](context);
  const isOffered = verb !== "" && (resource.verbs?.includes(verb) ?? true);
  if (request.method === "HEAD" || !isOffered || !fitsPath(request.method, path, resource.scope))
    throw new ApiError(methodNotAllowed());
  const problems = path.name === "" ? [] : pathSegmentName(path.name);
  if (problems.length > 0)
    throw new ApiError(badRequest(`Name parameter invalid: ${goQuote(path.name)}: ${problems.join(";")}`));
  const action = findAction(context, verb);
  return action ? action(context) : verbs[verb](context);
}

/**
 * Whether a path fits the scope at all: cluster-scoped objects are in no namespace, and namespaced ones have a name
 * only within one. For custom objects there is no routing but a check per request, and across namespaces only list and
 * watch are valid.
 */
function isRouted(
  { name, namespace, resource, watch, subresource }: ResourcePath,
  { custom, resource: kind }: Served,
  verb: string,
): boolean {
  // Only what can be watched has such a path.
  if (watch && !custom && (subresource !== "" || kind.verbs?.includes("watch") === false)) return false;
  // What can only be posted has no name.
  if (name !== "" && kind.verbs?.join() === "create") return false;
  // A namespace is addressed as if it were in itself. Below another one it would be authorized by the rights held
  // there.
  if (kind.scope === "Cluster") return namespace === "" || (resource === "namespaces" && namespace === name);
  return namespace !== "" || (custom ? verb === "list" || verb === "watch" : name === "");
}

/** A namespaced resource is created in a namespace; a POST has no name, and a PUT has one; the path of a watch is read. */
function fitsPath(method: string, { name, namespace, watch }: ResourcePath, scope: "Namespaced" | "Cluster"): boolean {
  if (watch && method !== "GET") return false;
  if (scope === "Namespaced" && namespace === "" && method !== "GET") return false;
  return name === "" ? method === "GET" || method === "POST" || method === "DELETE" : method !== "POST";
}

function serveSubresource(context: RequestContext, verb: RequestVerb): Promise<Response> {
  const { served, path } = context;
  // Of built-in kinds only the proxy has a longer route; custom kinds have no routes.
  const isLonger = !served.custom && path.subresource !== "proxy" && path.rest.length > "/".length;
  const serve = isLonger ? undefined : findSubresource(context);
  if (serve && served.custom) requireCustomSubresourceVerb(context, verb);
  if (!serve && served.custom) throw new ApiError(notFound(resourceNameOf(served), path.name));
  if (!serve) {
    // No route, so no warnings.
    context.warnings.length = 0;
    throw new ApiError(noSuchResource());
  }
  return serve(context);
}

const isUpgrade = (request: Request) => request.headers.get("Upgrade") !== null;

function withWarnings(response: Response, warnings: readonly string[]): Response {
  if (warnings.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const header of warningHeaders(warnings)) headers.append("Warning", header);
  // An upgrade is a property of the answer, not of its body.
  return new Response(response.body, { status: response.status, headers, webSocket: response.webSocket });
}
