import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./kubeconfig.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Starts with a slash; comes after the cluster's own path. */
  readonly path: string;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Whom to ask, and as whom; without a token as nobody. */
export type Caller = Omit<Connection, "token"> & { readonly token?: string };

/** One request over a connection of its own: Node's fetch takes no certificate authority. Rejects where nothing answers. */
export function requestApi(connection: Caller, { method, path, body }: ApiRequest): Promise<ApiAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(`${connection.server}${path}`, {
      method,
      agent: false,
      ...(connection.ca && { ca: connection.ca }),
      headers: {
        accept: "application/json",
        ...(connection.token && { authorization: `Bearer ${connection.token}` }),
        ...(payload && { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      },
      timeout: 10_000,
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 10 s")));
    call.on("error", reject);
    call.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    call.end(payload);
  });
}

/** The JSON of a 2xx answer; else an error with the Status message that the server gave. */
export function bodyOf<T>(answer: ApiAnswer): T {
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.text) as T;
  let message = answer.text.trim();
  try {
    message = JSON.parse(answer.text).message ?? message;
  } catch {
    // Not a Status: the text itself says it.
  }
  throw new CliError(`${answer.status}: ${message}`);
}
