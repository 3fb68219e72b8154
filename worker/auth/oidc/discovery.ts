/** The parts of an issuer's discovery document (OpenID Connect Discovery 1.0) that are used here. */

import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import { isJsonObject, type JsonObject } from "../../../api/machinery/json/json-object.ts";
import { readUpTo } from "../../bounded-body.ts";

export type Issuer = JwtAuthenticator["issuer"];
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const PATIENCE_MS = 5000;
/** A few endpoints, or keys. An issuer that a named cluster's owner chose must not fill what all clusters share. */
const MAX_BYTES = 256 * 1024;

/** What it says of each is yet to be checked. */
export interface DiscoveryDocument {
  readonly issuer?: unknown;
  readonly jwks_uri?: unknown;
  readonly authorization_endpoint?: unknown;
  readonly token_endpoint?: unknown;
  readonly scopes_supported?: unknown;
}

/** Cloudflare Access signs for whole teams, and publishes keys but no discovery document. */
export const isAccess = ({ url }: Issuer): boolean => /^https:\/\/[a-z0-9-]+\.cloudflareaccess\.com$/.test(url);

/** Throws if there is none, or if it belongs to another issuer. */
export async function discover({ url, discoveryURL }: Issuer, fetch: Fetch): Promise<DiscoveryDocument> {
  const at = discoveryURL ?? `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document: DiscoveryDocument = await fetchJson(at, fetch);
  if (document.issuer !== url) throw new Error(`${at} is of issuer ${document.issuer}`);
  return document;
}

export async function fetchJson(url: string, fetch: Fetch): Promise<JsonObject> {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body = response.body ? await readUpTo(response.body, MAX_BYTES) : new Uint8Array();
  if (typeof body === "string") throw new Error(`the answer of ${url} is ${body}`);
  const value: unknown = JSON.parse(new TextDecoder().decode(body));
  if (!isJsonObject(value)) throw new Error(`${url} answered no JSON object`);
  return value;
}
