/** The issuer of service account tokens, as described by OpenID Connect Discovery. */
import type { Context } from "hono";
import { methodNotAllowed } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { ISSUER } from "../auth/credentials/service-account-token.ts";
import type { Bindings } from "./bindings.ts";

const CACHE = { "Cache-Control": "public, max-age=3600" };

/** /.well-known/openid-configuration */
export function serveIssuer(c: Context<Bindings>): Response {
  if (c.req.method !== "GET") throw new ApiError(methodNotAllowed());
  const base = c.req.url.replace(/\/\.well-known\/openid-configuration\/?(\?.*)?$/, "");
  const document = {
    issuer: ISSUER,
    jwks_uri: `${base}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
  return Response.json(document, { headers: CACHE });
}

/** /openid/v1/jwks */
export async function serveKeySet(c: Context<Bindings>): Promise<Response> {
  if (c.req.method !== "GET") throw new ApiError(methodNotAllowed());
  const keys = await c.env.CLUSTER_KEYS.getByName(c.get("cluster")).publicKeys();
  return Response.json({ keys }, { headers: { ...CACHE, "Content-Type": "application/jwk-set+json" } });
}
