/**
 * Calls the address in an object's clientConfig (admission and conversion webhooks): a URL, or a Service in the
 * cluster, which is reached through the node of its pod. Without verified TLS there is no call.
 */

import { errorMessage } from "../../api/error-message.ts";
import type { WebhookClientConfig } from "../../api/generated/admissionregistration.v1.ts";
import { clusterBase, DEFAULT_CLUSTER } from "../cluster.ts";
import type { Env } from "../env.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { callPod } from "../tunnels/node-stream.ts";
import { findEndpoint } from "../tunnels/service-endpoint.ts";
import { pemOf } from "./ca-bundle.ts";
import { type ClientResponse, readClientResponse } from "./client-response.ts";
import { callPinned, type PinnedCall } from "./pinned-call.ts";
import { type Hop, redirectOf } from "./redirect.ts";
import { withSignal } from "./with-signal.ts";

export interface Caller {
  readonly env: Env;
  readonly cluster: string;
  readonly store: ObjectStore;
}

export interface ClientCall {
  readonly config: WebhookClientConfig;
  /** The timeout; messages give it in whole seconds, rounded up. */
  readonly milliseconds: number;
  /** JSON. */
  readonly body: string;
}

const NO_PINNING =
  "this control plane cannot check a certificate against a caBundle for a URL; use a certificate that everybody trusts, or a service in the cluster";

const NO_EXTERNAL_NAME = "this control plane cannot call the external name of a service";

/** The address as messages show it. */
function addressOf({ url, service }: WebhookClientConfig, seconds: number): URL {
  const { name = "", namespace = "", path = "/", port = 443 } = service ?? {};
  const address = new URL(url || `https://${name}.${namespace}.svc`);
  if (!url) {
    const [pathname = "/", search = ""] = path.split("?");
    address.pathname = pathname;
    address.search = search;
    if (port !== 443) address.port = String(port);
  }
  address.searchParams.set("timeout", `${seconds}s`);
  return address;
}

export async function callClient(caller: Caller, call: ClientCall): Promise<ClientResponse> {
  const { config, milliseconds } = call;
  const first: Hop = { method: "POST", address: addressOf(config, Math.ceil(milliseconds / 1000)) };
  const signal = AbortSignal.timeout(Math.ceil(milliseconds));
  let hop = first;
  const failed = (why: string, at = shownAddress(config, hop.address)): ClientResponse => ({
    ok: false,
    problem: `Post ${JSON.stringify(at)}: ${why}`,
  });
  try {
    for (let redirects = 0, attempts = 1; ; ) {
      const isOwn = !config.url && hop.address.host === first.address.host;
      const response = await (isOwn ? callService : callUrl)(caller, { ...call, hop, signal });
      if (typeof response === "string") return failed(response);
      const redirect = redirectOf(hop, response, redirects++);
      const wait = redirect ? undefined : retryAfter(response);
      if (!redirect && (wait === undefined || attempts++ > MAX_RETRIES))
        return await readClientResponse(response, caller.cluster);
      await response.body?.cancel();
      if (redirect && !redirect.ok) return failed(redirect.problem, redirect.at);
      if (redirect) hop = redirect.to;
      else {
        await withSignal(new Promise((resolve) => setTimeout(resolve, Math.min(wait ?? 0, milliseconds))), signal);
        [hop, redirects] = [first, 0];
      }
    }
  } catch (problem) {
    return failed(signal.aborted ? "context deadline exceeded" : errorMessage(problem));
  }
}

/** As messages show it: Kubernetes includes a service's port, even the default one. */
function shownAddress({ url, service }: WebhookClientConfig, address: URL): string {
  return url ? String(address) : String(address).replace(".svc/", `.svc:${service?.port ?? 443}/`);
}

const MAX_RETRIES = 10;

/** Milliseconds after which an overloaded server wants to be called again; undefined if it does not say. */
function retryAfter({ status, headers }: Response): number | undefined {
  const seconds = headers.get("Retry-After") ?? "";
  return (status === 429 || status >= 500) && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

type Called = ClientCall & { readonly hop: Hop; readonly signal: AbortSignal };

const headersOf = ({ method, referer }: Hop): [string, string][] => [
  ...(method === "POST" ? [["Content-Type", "application/json"] as [string, string]] : []),
  ["Accept", "application/json, */*"],
  ["User-Agent", "kube-apiserver-admission"],
  ...(referer === undefined ? [] : [["Referer", referer] as [string, string]]),
];

/** Returns a text saying why, if the call failed. */
async function callUrl({ env, cluster }: Caller, { config, hop, body, signal }: Called): Promise<Response | string> {
  const { method, address } = hop;
  const ca = pemOf(config.caBundle);
  const call = { method, url: String(address), authorities: ca, headers: headersOf(hop), ...sentWith(hop, body) };
  if (env.PINNED_CALLS) return callPinned(env.PINNED_CALLS, { ...call, ...reachOf(env, cluster) }, signal);
  if (ca !== undefined) return NO_PINNING;
  const headers = new Headers(headersOf(hop));
  return fetch(address, { method, headers, ...sentWith(hop, body), redirect: "manual", signal });
}

const sentWith = ({ method }: Hop, body: string) => (method === "POST" ? { body } : {});

/** Restricts where a cluster's owner, who need not own the deployment, can make it connect to. */
const reachOf = (env: Env, cluster: string): Pick<PinnedCall, "reach"> =>
  cluster === DEFAULT_CLUSTER ? {} : { reach: env.CLUSTERS_REACH ?? "internet" };

/** The name is outside of the cluster, and the certificate nevertheless the Service's. */
async function callExternalName(
  { env, cluster }: Caller,
  { config, hop, body, signal }: Called,
  externalName: string,
): Promise<Response | string> {
  const { name = "", namespace = "", port = 443 } = config.service ?? {};
  if (!env.PINNED_CALLS) return NO_EXTERNAL_NAME;
  const serverName = `${name}.${namespace}.svc`;
  const { pathname, search } = hop.address;
  const call = {
    method: hop.method,
    url: `https://${externalName}:${port}${pathname}${search}`,
    serverName,
    authorities: pemOf(config.caBundle),
    headers: [["Host", `${serverName}:${port}`] as const, ...headersOf(hop)],
    ...sentWith(hop, body),
    ...reachOf(env, cluster),
  };
  return callPinned(env.PINNED_CALLS, call, signal);
}

/**
 * Aggregated API servers may offer webhooks at paths of the API, which the control plane calls as itself. Other paths
 * than theirs are out of reach: what they do for the control plane may not need a body that is understood.
 */
function callOwnApi({ env, cluster }: Caller, { hop, body, signal }: Called): Promise<Response> {
  const { method, address } = hop;
  const url = `${clusterBase(cluster)}${address.pathname}${address.search}`;
  return env.API.fetch(url, { method, headers: headersOf(hop), ...sentWith(hop, body), redirect: "manual", signal });
}

async function callService(caller: Caller, called: Called): Promise<Response | string> {
  const { config, hop, body, signal } = called;
  const { name = "", namespace = "", port = 443 } = config.service ?? {};
  const { method, address } = hop;
  const isOwnApi = namespace === "default" && name === "kubernetes" && port === 443;
  if (isOwnApi && address.pathname.startsWith("/apis/")) return callOwnApi(caller, called);
  const found = await findEndpoint(
    { ...caller, store: caller.store.asItself() },
    { namespace, name, port: String(port) },
  );
  if (!found.ok)
    return found.externalName === undefined ? found.message : callExternalName(caller, called, found.externalName);
  const { endpoint } = found;
  const serverName = `${name}.${namespace}.svc`;
  const authorities = pemOf(config.caBundle);
  const call = {
    env: caller.env,
    cluster: caller.cluster,
    node: endpoint.node,
    request: {
      ...endpoint,
      method,
      path: `${address.pathname}${address.search}`,
      headers: [["Host", `${serverName}:${port}`], ...headersOf(hop)] as const,
      tls: { serverName, ...(authorities === undefined ? {} : { authorities }) },
    },
  };
  const sent = new TextEncoder().encode(method === "POST" ? body : "");
  // Webhooks must expect repeated calls.
  const response = await withSignal(
    callPod({ ...call, body: new Uint8Array(sent), isRepeatable: true, signal }),
    signal,
  );
  return response.ok ? response.response : response.why;
}
