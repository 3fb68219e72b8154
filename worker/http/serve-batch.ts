/** Internal requests, several in one call: each is decided as if it had come alone. */
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import { clusterBase } from "../cluster.ts";
import type { Env } from "../env.ts";
import type { RequestBatch } from "../own-api.ts";
import { app } from "./app.ts";

/** Of a batch that takes longer (ms), each answer is told as soon as it is there. */
const LONG_MS = 50;

/** Answers are in the order of the requests. */
export async function serveBatch(
  { cluster, requests, answered }: RequestBatch,
  env: Env,
  execution: ExecutionContext,
): Promise<readonly ApiResponse[]> {
  const base = clusterBase(cluster);
  const serve = async ({ path, ...rest }: ApiRequest): Promise<ApiResponse> => {
    const response = await app.fetch(new Request(`${base}${path}`, withLength(rest)), env, execution);
    return { code: response.status, body: await response.text() };
  };
  const served = requests.map(serve);
  const takesLong = setTimeout(() => {
    for (const [index, each] of served.entries())
      void each.then((response) => answered?.(index, response)).catch(ignore);
  }, LONG_MS);
  return Promise.all(served).finally(() => clearTimeout(takesLong));
}

const ignore = () => {};

/** Without a declared length, the body would be a stream. */
function withLength({ method, headers, body: text }: Omit<ApiRequest, "path">): RequestInit {
  if (text === undefined) return { method, headers };
  const body = new TextEncoder().encode(text);
  return { method, headers: { ...headers, "content-length": String(body.length) }, body };
}
