/**
 * GET /sailplane/v1/audit?after=N&limit=N: the cluster's audit events, one JSON object per line; `Audit-Last` is where
 * to continue.
 */
import type { Context } from "hono";
import { badRequest, methodNotAllowed } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { Bindings } from "../bindings.ts";

const MAX_LINES = 10_000;

export async function serveAudit(c: Context<Bindings>): Promise<Response> {
  if (c.req.method !== "GET") throw new ApiError(methodNotAllowed());
  const after = numberOf(c, "after");
  const limit = Math.min(numberOf(c, "limit") ?? 100, MAX_LINES);
  const page = await c.env.AUDIT_LOG.getByName(c.get("cluster")).read({ limit, ...(after !== undefined && { after }) });
  return new Response(page.lines.map((line) => `${line}\n`).join(""), {
    headers: { "Content-Type": "application/x-ndjson", "Audit-Last": String(page.last) },
  });
}

function numberOf(c: Context<Bindings>, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new ApiError(badRequest(`${name}: must be a whole number`));
  return Number(text);
}
