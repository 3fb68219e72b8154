/**
 * The Kubernetes API over an injected fetch. Errors from the API server are values, not exceptions; only failures
 * before an answer (no connection) throw.
 */

import { type ApiRequest, type ApiResponse, isSuccess } from "../api/api-request.ts";
import type { Status } from "../api/generated/meta.v1.ts";
import { exactJson } from "../api/machinery/json/exact-json.ts";
import type { KubeObject, Stored } from "../api/machinery/meta.ts";
import { resourcePath, type Target } from "./resource-path.ts";

export type Outcome<T> = { readonly ok: true; readonly object: T } | { readonly ok: false; readonly status: Status };

export type PatchType =
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/json-patch+json"
  | "application/apply-patch+yaml";

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

export interface ListOf<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: T[];
}

/** Query parameters such as labelSelector, fieldSelector, fieldManager. */
export type Query = Readonly<Record<string, string>>;

export interface ApiClient {
  get<T extends KubeObject>(target: Target): Promise<Outcome<Stored<T>>>;
  list<T extends KubeObject>(target: Target, query?: Query): Promise<Outcome<ListOf<Stored<T>>>>;
  create<T extends KubeObject>(target: Target, object: T): Promise<Outcome<Stored<T>>>;
  /** A PUT; metadata.resourceVersion of the object is the precondition. */
  update<T extends KubeObject>(target: Target, object: T, query?: Query): Promise<Outcome<Stored<T>>>;
  patch<T extends KubeObject>(
    target: Target,
    type: PatchType,
    patch: unknown,
    query?: Query,
  ): Promise<Outcome<Stored<T>>>;
  /** Returns the object if it stays for a while, else a Status. */
  delete(target: Target, options?: DeleteOptions): Promise<Outcome<KubeObject | Status>>;
  /** Deletes what the query selects; returns the list of it. */
  deleteCollection(target: Target, options?: DeleteOptions, query?: Query): Promise<Outcome<KubeObject>>;
  /** A GET of any path, query included. */
  read<T>(path: string): Promise<Outcome<T>>;
  /** A call of a node's API through its proxy. */
  call<T>(method: "PUT" | "DELETE", path: string): Promise<Outcome<T>>;
  /** The same client acting as somebody else. */
  as(headers: Readonly<Record<string, string>>): ApiClient;
}

export interface ApiClientOptions {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Scheme, host and, for a named cluster, the path prefix. */
  readonly base: string;
  /** Called for every request, so that credentials can be renewed. */
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Reads answers; default: `JSON.parse`. */
  readonly parse?: Parse;
}

type Parse = (json: string) => unknown;

const JSON_TYPE = "application/json";

export const createApiClient = (options: ApiClientOptions): ApiClient =>
  apiClientOver(sending(options), {}, options.parse);

/** Each request separately, over `fetch`. */
const sending =
  ({ fetch, base, headers }: ApiClientOptions) =>
  async ({ method, path, headers: own, body }: ApiRequest): Promise<ApiResponse> => {
    const sent = { method, headers: { ...(await headers()), ...own }, ...(body === undefined ? {} : { body }) };
    const response = await fetch(new Request(`${base}${path}`, sent));
    return { code: response.status, body: await response.text() };
  };

/** Over any transport; `transport` knows the address and, unless `headers` contain them, the credentials. */
export function apiClientOver(
  transport: (request: ApiRequest) => Promise<ApiResponse>,
  headers: Readonly<Record<string, string>> = {},
  parse: Parse = JSON.parse,
): ApiClient {
  const send = async <T>(
    method: string,
    path: string,
    body?: { type: string; value: unknown },
  ): Promise<Outcome<T>> => {
    const about = { accept: JSON_TYPE, ...headers };
    const request: ApiRequest = body
      ? { method, path, headers: { ...about, "content-type": body.type }, body: exactJson(body.value) }
      : { method, path, headers: about };
    return readOutcome<T>(await transport(request), parse);
  };
  return {
    get: (target) => send("GET", resourcePath(target)),
    list: (target, query) => send("GET", resourcePath(target) + queryText(query)),
    create: (target, object) => send("POST", resourcePath(target), { type: JSON_TYPE, value: object }),
    update: (target, object, query) =>
      send("PUT", resourcePath(target) + queryText(query), { type: JSON_TYPE, value: object }),
    patch: (target, type, patch, query) =>
      send("PATCH", resourcePath(target) + queryText(query), { type, value: patch }),
    delete: (target, deletion) =>
      send("DELETE", resourcePath(target), { type: JSON_TYPE, value: deleteOptionsOf(deletion) }),
    deleteCollection: (target, deletion, query) =>
      send("DELETE", resourcePath(target) + queryText(query), { type: JSON_TYPE, value: deleteOptionsOf(deletion) }),
    read: (path) => send("GET", path),
    call: (method, path) => send(method, path),
    as: (more) => apiClientOver(transport, { ...headers, ...more }, parse),
  };
}

const queryText = (query: Query | undefined): string => {
  const text = new URLSearchParams(query).toString();
  return text === "" ? "" : `?${text}`;
};

const deleteOptionsOf = ({ uid, resourceVersion, ...rest }: DeleteOptions = {}) => ({
  apiVersion: "v1",
  kind: "DeleteOptions",
  ...rest,
  ...(uid || resourceVersion
    ? { preconditions: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } }
    : {}),
});

function readOutcome<T>({ code, body: text }: ApiResponse, parse: Parse): Outcome<T> {
  let body: unknown;
  try {
    body = parse(text);
  } catch {
    body = undefined;
  }
  if (isSuccess({ code }) && body !== undefined) return { ok: true, object: body as T };
  const status = body as Status | undefined;
  if (status?.kind === "Status") return { ok: false, status };
  return {
    ok: false,
    status: {
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      status: "Failure",
      code,
      reason: "",
      message: text.trim() || `the server answered ${code}`,
    },
  };
}
