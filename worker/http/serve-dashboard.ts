/**
 * GET /dashboard/: the web page. It contains no cluster data, so anybody may load it; it queries the API with its
 * user's own token.
 */

import type { Context } from "hono";
import type { SignInIssuer } from "../../api/authentication/sign-in-issuer.ts";
import { methodNotAllowed } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { trustedIssuers } from "../auth/authenticate.ts";
import { signInIssuers, tokenOrigins } from "../auth/oidc/sign-in-issuers.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import type { Bindings } from "./bindings.ts";
import { withPolicy } from "./filters/with-policy.ts";
import { PLAIN_TEXT } from "./response/plain-text.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * Texts of objects are untrusted: only the page's own script file runs, whatever mistakes a view makes. Besides this
 * server, the page only reaches the issuers that it signs in with.
 */
const security = (reached: readonly string[]): Readonly<Record<string, string>> => ({
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...reached].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
});

const ISSUERS = "issuers.json";

export async function serveDashboard(c: Context<Bindings>): Promise<Response> {
  const { method } = c.req;
  if (method !== "GET" && method !== "HEAD") throw new ApiError(methodNotAllowed());
  const url = new URL(c.req.url);
  // The page refers to its files relatively.
  if (url.pathname.endsWith("/dashboard")) return c.redirect(`${url.pathname}/`, 301);
  const file = url.pathname.slice(url.pathname.lastIndexOf("/dashboard/") + "/dashboard/".length) || "index.html";
  if (file === ISSUERS) {
    return Response.json(await issuersOfPage(c), { headers: { ...security([]), "Cache-Control": "no-cache" } });
  }
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  const found = type && /^[\w-]+\.\w+$/.test(file) ? await c.env.ASSETS.fetch(`https://assets/${file}`) : undefined;
  if (!type || !found?.ok) return new Response("404 page not found\n", { status: 404, headers: PLAIN_TEXT });
  // File names contain a hash of the content; the page itself has a fixed name.
  const cache = file === "index.html" ? "no-cache" : "public, max-age=31536000, immutable";
  return new Response(method === "HEAD" ? null : found.body, {
    headers: {
      ...security(file === "index.html" ? tokenOrigins(await issuersOfPage(c)) : []),
      "Content-Type": type,
      "Cache-Control": cache,
    },
  });
}

/**
 * Issuers of the cluster's users that support browsers. Those of the default cluster are known without asking its
 * store; another one may trust new ones since a moment ago.
 */
async function issuersOfPage(c: Context<Bindings>): Promise<readonly SignInIssuer[]> {
  const { env } = c;
  const cluster = c.get("cluster");
  if (cluster === DEFAULT_CLUSTER && !env.AUTHENTICATION_CONFIG) return [];
  const lookup = { cluster, now: Date.now(), fetch: (url: string, init: RequestInit) => fetch(url, init) };
  return withPolicy(c, async ({ policy, store }) => {
    if (cluster !== DEFAULT_CLUSTER) await store.confirm();
    return signInIssuers(trustedIssuers({ env, cluster, policy }), lookup);
  });
}
