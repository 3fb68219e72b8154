/** The keys of an issuer, fetched as OpenID Connect Discovery says, and kept for a while by each isolate. */
import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import type { SigningKey } from "./signature.ts";

type Issuer = JwtAuthenticator["issuer"];
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How long keys are good for, and how soon they are asked for again: anybody may send tokens with unknown key ids. */
const KEEP_MS = 3_600_000;
const ASK_EVERY_MS = 10_000;
const PATIENCE_MS = 5000;

export interface IssuerKeys {
  readonly keys: readonly SigningKey[];
  /** Claims of tokens whose signature was good under these keys: they are verified once. */
  readonly verified: Map<string, Readonly<Record<string, unknown>>>;
}

interface Kept extends IssuerKeys {
  /** ms since the epoch. */
  readonly at: number;
}

export interface Asking {
  /** Whose issuer it is: what one cluster is told of an issuer's keys is worth nothing in another. */
  readonly cluster: string;
  /** ms since the epoch. */
  readonly now: number;
  readonly fetch: Fetch;
}

const idOf = ({ url, discoveryURL = "" }: Issuer, { cluster }: Asking): string => `${cluster} ${url} ${discoveryURL}`;

const kept = new Map<string, Kept>();
const askedAt = new Map<string, number>();

/** What is at hand, fetched where there is nothing or it is old. */
export async function issuerKeys(issuer: Issuer, asking: Asking): Promise<IssuerKeys> {
  const known = kept.get(idOf(issuer, asking));
  if (known && asking.now - known.at < KEEP_MS) return known;
  return (await newIssuerKeys(issuer, asking)) ?? known ?? NONE;
}

/** Fetched anew; undefined where that was done a moment ago, or fails. */
export async function newIssuerKeys(issuer: Issuer, asking: Asking): Promise<IssuerKeys | undefined> {
  const id = idOf(issuer, asking);
  const { now, fetch } = asking;
  if (now - (askedAt.get(id) ?? 0) < ASK_EVERY_MS) return undefined;
  askedAt.set(id, now);
  try {
    const { keys } = await fetchJson<{ readonly keys: readonly SigningKey[] }>(await keySetOf(issuer, fetch), fetch);
    const fresh = { keys, at: now, verified: new Map() };
    kept.set(id, fresh);
    return fresh;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ level: "error", event: "oidc", issuer: issuer.url, error: message }));
    return undefined;
  }
}

const NONE: IssuerKeys = { keys: [], verified: new Map() };

/** Cloudflare Access signs for whole teams, and publishes keys but no discovery document. */
const ACCESS = /^https:\/\/[a-z0-9-]+\.cloudflareaccess\.com$/;

async function keySetOf({ url, discoveryURL }: Issuer, fetch: Fetch): Promise<string> {
  if (ACCESS.test(url)) return `${url}/cdn-cgi/access/certs`;
  const at = discoveryURL ?? `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { issuer, jwks_uri } = await fetchJson<{ readonly issuer?: string; readonly jwks_uri?: string }>(at, fetch);
  if (issuer !== url) throw new Error(`${at} is of issuer ${issuer}`);
  if (!jwks_uri?.startsWith("https://")) throw new Error(`${at} names no jwks_uri with https`);
  return jwks_uri;
}

async function fetchJson<T>(url: string, fetch: Fetch): Promise<T> {
  const answer = await fetch(url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as T;
}
