/** An issuer's keys, fetched according to OpenID Connect Discovery and cached in each isolate. */

import { errorMessage } from "../../../api/error-message.ts";
import { isJsonObject } from "../../../api/machinery/json/json-object.ts";
import { discover, type Fetch, fetchJson, type Issuer, isAccess } from "./discovery.ts";
import type { SigningKey } from "./signature.ts";

/** How long keys are cached, and how soon they may be fetched again: anybody can send tokens with unknown key ids. */
const CACHE_MS = 3_600_000;
const LOOKUP_INTERVAL_MS = 10_000;
const LOOK_MS = 20;

export interface IssuerKeys {
  readonly keys: readonly SigningKey[];
  /** Claims of tokens whose signature these keys verified: each is verified once. */
  readonly verified: Map<string, Readonly<Record<string, unknown>>>;
}

interface CachedKeys extends IssuerKeys {
  /** ms since the epoch. */
  readonly at: number;
}

export interface KeyLookup {
  /** Which cluster trusts the issuer: what one cluster learns of an issuer's keys must not count in another. */
  readonly cluster: string;
  /** ms since the epoch. */
  readonly now: number;
  readonly fetch: Fetch;
}

export const issuerId = ({ url, discoveryURL = "" }: Issuer, { cluster }: Pick<KeyLookup, "cluster">): string =>
  `${cluster} ${url} ${discoveryURL}`;

const cache = new Map<string, CachedKeys>();
const lookups = new Map<string, { readonly at: number; isUnderWay: boolean }>();

/** The cached keys, fetched if there are none or they are old. */
export async function issuerKeys(issuer: Issuer, lookup: KeyLookup): Promise<IssuerKeys> {
  const id = issuerId(issuer, lookup);
  const known = cache.get(id);
  const isCurrent = known && (lookup.now - known.at < CACHE_MS || isLookedUp(id, lookup.now));
  return isCurrent ? known : ((await newestKeys(issuer, lookup)) ?? NONE);
}

/**
 * The keys that the issuer has now; the cached ones if it does not answer, or if they were fetched a moment ago. A fetch
 * that is under way is waited for: clients begin with several requests at once.
 */
export async function newestKeys(issuer: Issuer, lookup: KeyLookup): Promise<IssuerKeys | undefined> {
  const id = issuerId(issuer, lookup);
  await (isLookedUp(id, lookup.now) ? endOfLookup(id) : lookUp(issuer, lookup));
  return cache.get(id);
}

const isLookedUp = (id: string, now: number): boolean => now - (lookups.get(id)?.at ?? 0) < LOOKUP_INTERVAL_MS;

async function lookUp(issuer: Issuer, lookup: KeyLookup): Promise<void> {
  const id = issuerId(issuer, lookup);
  const { now, fetch } = lookup;
  const begun = { at: now, isUnderWay: true };
  lookups.set(id, begun);
  try {
    cache.set(id, { keys: await keysAt(await keySetOf(issuer, fetch), fetch), at: now, verified: new Map() });
  } catch (error) {
    const message = errorMessage(error);
    console.error(JSON.stringify({ level: "error", event: "oidc", issuer: issuer.url, error: message }));
  } finally {
    begun.isUnderWay = false;
  }
}

/**
 * Of the one that another request makes. Its promise belongs to that request, and would stay pending if that were
 * cancelled; therefore it is looked for, and not for longer than it may take.
 */
async function endOfLookup(id: string): Promise<void> {
  const lookup = lookups.get(id);
  for (let waited = 0; lookup?.isUnderWay; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (waited > LOOKUP_INTERVAL_MS) lookup.isUnderWay = false;
  }
}

const NONE: IssuerKeys = { keys: [], verified: new Map() };

async function keySetOf(issuer: Issuer, fetch: Fetch): Promise<string> {
  if (isAccess(issuer)) return `${issuer.url}/cdn-cgi/access/certs`;
  const { jwks_uri } = await discover(issuer, fetch);
  if (typeof jwks_uri !== "string" || !jwks_uri.startsWith("https://"))
    throw new Error(`${issuer.url} names no jwks_uri with https`);
  return jwks_uri;
}

async function keysAt(url: string, fetch: Fetch): Promise<readonly SigningKey[]> {
  const { keys } = await fetchJson(url, fetch);
  if (!Array.isArray(keys)) throw new Error(`${url} has no list of keys`);
  return keys.filter((key): key is SigningKey => isJsonObject(key));
}
