import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request } from "node:https";
import { ProxiedAgent, proxyFor } from "../agent/control-plane/outbound-proxy.ts";
import { errorMessage } from "../api/error-message.ts";
import { isLoopback } from "../client/join-address.ts";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./kubeconfig.ts";

export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Starts with a slash; relative to the cluster's own path. */
  readonly path: string;
  readonly body?: unknown;
  /** Lines of JSON, in place of a body. */
  readonly lines?: string;
  /** The media type of the answer; default: JSON. */
  readonly accept?: string;
  /** How long to wait without receiving anything; default: 10 s. */
  readonly timeoutMs?: number;
}

export interface TextResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Whom to ask, and as whom; anonymous without a token. */
export type Caller = Omit<Connection, "token"> & { readonly token?: string };

/** The answer to a list request. */
export interface ListOf<T> {
  readonly metadata: { readonly remainingItemCount?: number };
  readonly items: readonly T[];
}

/** One request over a connection of its own: Node's fetch does not support a custom CA. Rejects if nothing answers. */
export async function callApi(connection: Caller, request: ApiCall): Promise<TextResponse> {
  return readText(await openCall(connection, request));
}

export async function readText(response: IncomingMessage): Promise<TextResponse> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** The JSON of a 2xx answer; otherwise a CliError that says what the user can do. */
export const fetchJson = async <T>(connection: Caller, request: ApiCall): Promise<T> =>
  bodyOf<T>(await explainUnreachable(connection, callApi(connection, request)));

/** The result of a call; if nothing answered, a CliError that says how to start what should have. */
export async function explainUnreachable<T>({ server }: Caller, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const advice = isLoopback(server) ? '; "sailplane up" starts it' : "";
    throw new CliError(`nothing answers at ${server} (${errorMessage(error)})${advice}`);
  }
}

/** Like {@link callApi}, with the answer's body yet to be read. */
export function openCall(
  connection: Caller,
  { method, path, body, lines, accept = "application/json", timeoutMs }: ApiCall,
) {
  const payload = lines ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = lines === undefined ? "application/json" : "application/x-ndjson";
  const timeout = timeoutMs ?? 10_000;
  const proxy = proxyFor(new URL(connection.server), process.env);
  return new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(`${connection.server}${path}`, {
      method,
      agent: proxy ? new ProxiedAgent(proxy, {}) : false,
      ...(connection.ca && { ca: connection.ca }),
      headers: {
        accept,
        ...(connection.token && { authorization: `Bearer ${connection.token}` }),
        ...(payload && { "content-type": type, "content-length": Buffer.byteLength(payload) }),
      },
      timeout,
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    call.on("error", reject);
    call.on("response", resolve);
    call.end(payload);
  });
}

/** The JSON of a 2xx answer; otherwise an error with the server's Status message. */
export function bodyOf<T>(response: TextResponse): T {
  if (response.status >= 200 && response.status < 300) return JSON.parse(response.text) as T;
  let message = response.text.trim();
  try {
    message = JSON.parse(response.text).message ?? message;
  } catch {
    // Not a Status: the text itself is the message.
  }
  throw new CliError(`${response.status}: ${message}`);
}
