/**
 * POST /sailplane/v1/nodes/NAME/reports: a node's status reports and requests for its pods, several requests in one
 * (docs/spec/node-link.md, LINK-REPORTS). The hub forwards them with the node's credential, taking turns with other
 * nodes.
 */
import type { Context } from "hono";
import type { ApiRequest } from "../../../api/api-request.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { MAX_REPORTS, type NodeReports, type NodeReportsResponse } from "../../../api/node/node-reports.ts";
import { ApiError } from "../../api-error.ts";
import { credentialHeaders } from "../../auth/credential-headers.ts";
import type { Bindings } from "../bindings.ts";
import { readBody } from "../request/body.ts";
import { requireNode } from "./node-link.ts";

/** Requests that every starting or ending pod causes; everything else is sent separately. */
const REPORTABLE: readonly { readonly method: string; readonly path: RegExp }[] = [
  { method: "POST", path: pathOf("events") },
  { method: "PATCH", path: pathOf("events/NAME") },
  { method: "PATCH", path: pathOf("pods/NAME/status") },
  { method: "DELETE", path: pathOf("pods/NAME") },
  { method: "POST", path: pathOf("serviceaccounts/NAME/token") },
];

/** Plain names, without anything that a URL parser would treat specially: no `..`, no backslash. */
function pathOf(within: string): RegExp {
  return new RegExp(`^/api/v1/namespaces/NAME/${within}$`.replaceAll("NAME", "[a-z0-9][a-z0-9.-]*"));
}

/** A media type that makes an invalid header would fail the other nodes' requests in the same batch. */
const MEDIA_TYPE = /^[\w.+/-]*$/;

export async function serveNodeReports(c: Context<Bindings>): Promise<Response> {
  await requireNode(c, c.req.param("name") ?? "");
  const cluster = c.get("cluster");
  const { asked: requests } = parseReports(await readBody(c.req.raw));
  const passed = requests.map((each) => ({ ...each, headers: { ...each.headers, ...senderOf(c.req.raw) } }));
  const answered = await c.env.NODE_HUB.getByName(cluster).report(cluster, passed);
  return c.json({ answered } satisfies NodeReportsResponse);
}

/** The sender and its user agent. */
function senderOf(request: Request): Readonly<Record<string, string>> {
  const program = request.headers.get("User-Agent");
  return { ...credentialHeaders(request), ...(program !== null && { "user-agent": program }) };
}

function parseReports(body: Uint8Array): NodeReports {
  const requests = parse(body)?.asked;
  if (!Array.isArray(requests) || requests.length > MAX_REPORTS)
    throw new ApiError(badRequest(`the body must be {"asked": [...]}, of at most ${MAX_REPORTS} requests`));
  return { asked: requests.map(parseRequest) };
}

function parseRequest(value: unknown): ApiRequest {
  const { method, path, headers, body } = (value ?? {}) as Partial<ApiRequest>;
  if (typeof method !== "string" || typeof path !== "string" || typeof body !== "string")
    throw new ApiError(badRequest("a request has a method, a path and a body, all of them text"));
  if (!REPORTABLE.some((pattern) => pattern.method === method && pattern.path.test(path)))
    throw new ApiError(badRequest(`${method} ${path} must come by itself`));
  const type = headers?.["content-type"] ?? "";
  if (typeof type !== "string" || !MEDIA_TYPE.test(type))
    throw new ApiError(badRequest("the content-type of a request is a media type"));
  return { method, path, headers: { "content-type": type }, body };
}

function parse(body: Uint8Array): Partial<NodeReports> | undefined {
  try {
    return (JSON.parse(new TextDecoder().decode(body)) as Partial<NodeReports> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
