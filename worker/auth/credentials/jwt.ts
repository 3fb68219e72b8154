/** JWTs signed with the cluster's own key (ES256; RFC 7515, RFC 7519). */

import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";
import type { PublicKey } from "../../../durable-objects/cluster-keys.ts";
import type { Env } from "../../env.ts";
import { parseJwtPart } from "./jwt-part.ts";

/** By cluster. Keys are added, never changed, so only an unknown key id refreshes the list. */
const keysOf = new Map<string, Map<string, CryptoKey>>();
/**
 * When the list was last fetched (ms since the epoch), by cluster. Anybody can send unknown key ids, so not each one
 * causes a fetch.
 */
const lookedUpAt = new Map<string, number>();
const LOOKUP_INTERVAL_MS = 1000;

/**
 * Claims of verified signatures, by cluster and token: clients send the same token with each request, and verifying a
 * signature costs more than everything else. What can change, the time and the objects that the token is bound to, is
 * checked every time.
 */
const verified = new Map<string, unknown>();
const REMEMBERED = 1000;

/** The claims of a correctly signed token; it is up to the caller to check them. */
export async function verifiedClaims<T extends object>(
  token: string,
  env: Env,
  cluster: string,
): Promise<T | undefined> {
  const id = `${cluster} ${token}`;
  const known = verified.get(id);
  if (known !== undefined) return known as T;
  const claims = await checkSignature<T>(token, env, cluster);
  if (claims === undefined) return undefined;
  if (verified.size >= REMEMBERED) verified.clear();
  verified.set(id, claims);
  return claims;
}

async function checkSignature<T extends object>(token: string, env: Env, cluster: string): Promise<T | undefined> {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  const header = parseJwtPart<{ alg?: string; kid?: string }>(head);
  const signed = fromBase64Url(signature);
  if (more.length > 0 || header?.alg !== "ES256" || header.kid === undefined || !signed) return undefined;
  const key = keysOf.get(cluster)?.get(header.kid) ?? (await loadKeys(env, cluster))?.get(header.kid);
  if (!key) return undefined;
  const data = new TextEncoder().encode(`${head}.${body}`);
  const valid = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signed, data);
  return valid ? parseJwtPart<T>(body) : undefined;
}

async function loadKeys(env: Env, cluster: string): Promise<Map<string, CryptoKey> | undefined> {
  const now = Date.now();
  if (keysOf.has(cluster) && now - (lookedUpAt.get(cluster) ?? 0) < LOOKUP_INTERVAL_MS) return undefined;
  lookedUpAt.set(cluster, now);
  const listed = (await env.CLUSTER_KEYS.getByName(cluster).publicKeys()) as PublicKey[];
  const imported = listed.map(async ({ kid, ...jwk }) => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    return [kid, await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"])] as const;
  });
  const keys = new Map(await Promise.all(imported));
  keysOf.set(cluster, keys);
  return keys;
}
