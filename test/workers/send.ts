import { env } from "cloudflare:workers";
import type { Env } from "../../worker/env.ts";

/** A request of the control plane itself to its API, by path or URL. A patch is a merge patch. */
export function send(method: string, path: string, body?: object): Promise<Response> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const init = { method, headers: { "Content-Type": type }, ...(body && { body: JSON.stringify(body) }) };
  return (env as Env).API.fetch(new Request(new URL(path, "https://sailplane"), init));
}
