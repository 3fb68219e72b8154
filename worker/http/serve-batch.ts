/** Internal requests, several in one call: each is decided as if it had come alone. */
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import { clusterBase } from "../cluster.ts";
import type { Env } from "../env.ts";
import type { RequestBatch } from "../own-api.ts";
import { app } from "./app.ts";

/** Answers are in the order of the requests. */
export function serveBatch(
  { cluster, requests }: RequestBatch,
  env: Env,
  execution: ExecutionContext,
): Promise<readonly ApiResponse[]> {
  const base = clusterBase(cluster);
  const serve = async ({ path, ...rest }: ApiRequest): Promise<ApiResponse> => {
    const response = await app.fetch(new Request(`${base}${path}`, withLength(rest)), env, execution);
    return { code: response.status, body: await response.text() };
  };
  return Promise.all(requests.map(serve));
}

/** Without a declared length, the body would be a stream. */
function withLength({ method, headers, body: text }: Omit<ApiRequest, "path">): RequestInit {
  if (text === undefined) return { method, headers };
  const body = new TextEncoder().encode(text);
  return { method, headers: { ...headers, "content-length": String(body.length) }, body };
}
