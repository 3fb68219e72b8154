/** This server's own requests to aggregated API servers, for which clients' discovery waits. */
import type { Caller } from "../outbound/call-client.ts";
import { readResponseText } from "../outbound/read-response-text.ts";
import { withSignal } from "../outbound/with-signal.ts";
import { AGGREGATOR, callRemote } from "./call-remote.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** A server that hangs must not delay all discovery for long (ms). */
const PATIENCE_MS = 3000;
/** How long a server that did not answer is not asked again (ms). */
export const RETRY_MS = 5000;

/** Returns the parsed JSON answer; throws if there is none in time. */
export async function requestRemote<T>(caller: Caller, remote: RemoteApi, path: string): Promise<T> {
  return JSON.parse(await withSignal(read(caller, remote, path), AbortSignal.timeout(PATIENCE_MS))) as T;
}

async function read(caller: Caller, remote: RemoteApi, path: string): Promise<string> {
  const headers = new Headers({ Accept: "application/json" });
  const call = { remote, path, user: AGGREGATOR, method: "GET", headers, body: new Uint8Array() };
  const response = await callRemote(caller, { ...call, timeoutMs: PATIENCE_MS });
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  const text = await readResponseText(response.body, caller.cluster);
  if (text === undefined) throw new Error(`the answer of ${path} is too large`);
  return text;
}
