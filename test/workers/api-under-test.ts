/**
 * The whole API in workerd, as tests call it: from outside with a token, or as the control plane itself, impersonating
 * others.
 */
import { env, exports } from "cloudflare:workers";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Env } from "../../worker/env.ts";

/** The entry for calls from outside. */
export const outside = (exports as { default: Fetcher }).default;
export const { API, CLUSTER_STORE } = env as Env;

const CLUSTERS = "https://sailplane/sailplane/v1/clusters";
/** The base URL of a cluster's API. */
export const baseOf = (cluster: string): string => `https://sailplane/clusters/${cluster}`;

export interface Call {
  readonly method?: string;
  readonly body?: object;
  /** The content type of the body. Default: JSON; for a patch, a merge patch. */
  readonly type?: string;
  /** Through the binding: the control plane, or the user that it impersonates. */
  readonly as?: string;
  /** From outside; "" for anonymous. */
  readonly token?: string;
}

export interface Called {
  readonly code: number;
  readonly headers: Headers;
  readonly object: KubeObject & Answer;
}

interface Answer {
  readonly token: string;
  readonly message?: string;
  readonly status: { readonly token: string; readonly authenticated?: boolean; readonly error?: string };
}

export async function call(url: string, { method, body, type, as, token }: Call = {}): Promise<Called> {
  const usual = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const request = new Request(url, {
    method: method ?? (body ? "POST" : "GET"),
    ...(body ? { body: JSON.stringify(body) } : {}),
    headers: {
      ...(body ? { "Content-Type": type ?? usual } : {}),
      ...(as ? { "Impersonate-User": as } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
  });
  const response = await (token === undefined ? API : outside).fetch(request);
  const text = await response.text();
  const object = (text.startsWith("{") ? JSON.parse(text) : { text }) as KubeObject & Answer;
  return { code: response.status, headers: response.headers, object };
}

export const createCluster = (name: string, limits: object = {}): Promise<Called> =>
  call(CLUSTERS, { body: { name, limits } });

export const deleteCluster = (name: string): Promise<Called> => call(`${CLUSTERS}/${name}`, { method: "DELETE" });

let made = 0;
/** Creates a cluster for one test and returns its base URL. Names are by file, since files share their objects. */
export async function newCluster(prefix: string): Promise<string> {
  const name = `${prefix}-${made++}`;
  const { code, object } = await createCluster(name);
  if (code !== 201) throw new Error(`cluster ${name}: ${code} ${object.message}`);
  return baseOf(name);
}
