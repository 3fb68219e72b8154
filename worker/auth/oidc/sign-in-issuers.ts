/**
 * Issuers that a browser can sign in with, and what the dashboard must know of each (RFC 6749, RFC 7636). Cached in
 * each isolate.
 */

import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import type { SignInIssuer } from "../../../api/authentication/sign-in-issuer.ts";
import { type DiscoveryDocument, discover, type Issuer, isAccess } from "./discovery.ts";
import { issuerId, type KeyLookup } from "./issuer-keys.ts";

/** How long an issuer's document is cached; if it does not answer, it is soon asked again. */
const CACHE_MS = 3_600_000;
const NEGATIVE_CACHE_MS = 10_000;

interface CachedDocument {
  readonly document: DiscoveryDocument | undefined;
  /** ms since the epoch. */
  readonly until: number;
}

const cache = new Map<string, CachedDocument>();

/** Leaves out issuers that do not answer, or do not support browsers. */
export async function signInIssuers(
  authenticators: readonly JwtAuthenticator[],
  lookup: KeyLookup,
): Promise<readonly SignInIssuer[]> {
  const requested = authenticators.filter(({ issuer }) => !isAccess(issuer));
  const found = await Promise.all(requested.map((authenticator) => signInIssuer(authenticator, lookup)));
  return found.flatMap((issuer) => issuer ?? []);
}

async function signInIssuer({ issuer }: JwtAuthenticator, lookup: KeyLookup): Promise<SignInIssuer | undefined> {
  const { authorization_endpoint, token_endpoint, scopes_supported } = (await documentOf(issuer, lookup)) ?? {};
  const [clientId] = issuer.audiences;
  if (!isHttps(authorization_endpoint) || !isHttps(token_endpoint) || clientId === undefined) return undefined;
  const supported: readonly unknown[] = Array.isArray(scopes_supported) ? scopes_supported : [];
  const more = ["profile", "email", "groups"].filter((scope) => supported.includes(scope));
  return {
    issuer: issuer.url,
    clientId,
    authorizationEndpoint: authorization_endpoint,
    tokenEndpoint: token_endpoint,
    scope: ["openid", ...more].join(" "),
  };
}

async function documentOf(issuer: Issuer, lookup: KeyLookup): Promise<DiscoveryDocument | undefined> {
  const { now, fetch } = lookup;
  const id = issuerId(issuer, lookup);
  const known = cache.get(id);
  if (known && known.until > now) return known.document;
  // Concurrent callers get what was known before.
  cache.set(id, { document: known?.document, until: now + NEGATIVE_CACHE_MS });
  const document = await discover(issuer, fetch).catch(() => undefined);
  if (document) cache.set(id, { document, until: now + CACHE_MS });
  return document ?? known?.document;
}

const isHttps = (url: unknown): url is string =>
  typeof url === "string" && url.startsWith("https://") && URL.canParse(url);

/** Where browsers fetch tokens, for the page's content security policy. */
export const tokenOrigins = (issuers: readonly SignInIssuer[]): readonly string[] => [
  ...new Set(issuers.map(({ tokenEndpoint }) => new URL(tokenEndpoint).origin)),
];
