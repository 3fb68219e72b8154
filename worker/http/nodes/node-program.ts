/**
 * GET /sailplane/node.sh and /sailplane/node.tgz: the program of a node, for machines that have nothing of Sailplane yet.
 * It contains no cluster data, so anybody may load it; a machine joins by its token.
 */
import type { Context } from "hono";
import { methodNotAllowed } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { Bindings } from "../bindings.ts";
import { PLAIN_TEXT } from "../response/plain-text.ts";

const ARCHIVE = { "Content-Type": "application/gzip", "X-Content-Type-Options": "nosniff" };

export async function serveNodeProgram(c: Context<Bindings>): Promise<Response> {
  const { method } = c.req;
  if (method !== "GET" && method !== "HEAD") throw new ApiError(methodNotAllowed());
  const file = new URL(c.req.url).pathname.endsWith(".sh") ? "node.sh" : "node.tgz";
  const found = await c.env.ASSETS.fetch(`https://assets/${file}`);
  if (!found.ok) throw new Error(`${file} is not among the assets`);
  const headers = { ...(file === "node.sh" ? PLAIN_TEXT : ARCHIVE), "Cache-Control": "no-cache" };
  return new Response(method === "HEAD" ? null : found.body, { headers });
}
