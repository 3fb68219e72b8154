/** The parts of an issuer's discovery document (OpenID Connect Discovery 1.0) that are used here. */
import type { JwtAuthenticator } from "../../../api/authentication/config.ts";

export type Issuer = JwtAuthenticator["issuer"];
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const PATIENCE_MS = 5000;

export interface DiscoveryDocument {
  readonly issuer?: string;
  readonly jwks_uri?: string;
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  readonly scopes_supported?: readonly string[];
}

/** Cloudflare Access signs for whole teams, and publishes keys but no discovery document. */
export const isAccess = ({ url }: Issuer): boolean => /^https:\/\/[a-z0-9-]+\.cloudflareaccess\.com$/.test(url);

/** Throws if there is none, or if it belongs to another issuer. */
export async function discover({ url, discoveryURL }: Issuer, fetch: Fetch): Promise<DiscoveryDocument> {
  const at = discoveryURL ?? `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = await fetchJson<DiscoveryDocument>(at, fetch);
  if (document.issuer !== url) throw new Error(`${at} is of issuer ${document.issuer}`);
  return document;
}

export async function fetchJson<T>(url: string, fetch: Fetch): Promise<T> {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T;
}
