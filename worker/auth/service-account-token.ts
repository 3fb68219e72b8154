/**
 * Service account tokens: JWTs with Kubernetes' claims (pkg/serviceaccount/claims.go). A token dies with what it is bound
 * to: its service account, and its pod, node or secret where it has one.
 */

import type { ServiceAccount } from "../../api/generated/core.v1.ts";
import { fromBase64Url } from "../../api/machinery/base64url.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Key } from "../../api/store.ts";
import type { PublicKey } from "../../durable-objects/cluster-keys.ts";
import type { Env } from "../env.ts";
import type { StoreClient } from "../registry/store-client.ts";
import { AUTHENTICATED, type User } from "./user.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";

export interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

/** The claims under `kubernetes.io`. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectClaim;
  readonly pod?: ObjectClaim;
  readonly node?: ObjectClaim;
  readonly secret?: ObjectClaim;
  readonly warnafter?: number;
}

export interface Claims {
  readonly aud: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly iss: string;
  readonly jti: string;
  readonly sub: string;
  readonly "kubernetes.io": KubernetesClaims;
}

export type Verified =
  | { readonly ok: true; readonly user: User; readonly audiences: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** The claims of a token that lives as long as its Secret (type kubernetes.io/service-account-token). */
export const legacyTokenClaims = (secret: KubeObject, { metadata }: ServiceAccount): Record<string, unknown> => ({
  iss: "kubernetes/serviceaccount",
  "kubernetes.io/serviceaccount/namespace": metadata.namespace,
  "kubernetes.io/serviceaccount/secret.name": secret.metadata.name,
  "kubernetes.io/serviceaccount/service-account.name": metadata.name,
  "kubernetes.io/serviceaccount/service-account.uid": metadata.uid,
  sub: `system:serviceaccount:${metadata.namespace}:${metadata.name}`,
});

const INVALID = "invalid bearer token";

/** `audiences`: what the verifier answers to; one that the token names is enough. */
export async function verifyServiceAccountToken(
  token: string,
  { env, cluster, store, now, audiences }: Verifier,
): Promise<Verified> {
  const claims = await verifiedClaims(token, env, cluster);
  if (!claims || claims.iss !== ISSUER || claims.exp * 1000 <= now || claims.nbf * 1000 > now) {
    return { ok: false, error: INVALID };
  }
  const granted = audiences.filter((audience) => claims.aud.includes(audience));
  if (granted.length === 0) {
    const quoted = (list: readonly string[]) => `[${list.map((item) => JSON.stringify(item)).join(" ")}]`;
    const mismatch = `token audiences ${quoted(claims.aud)} is invalid for the target audiences ${quoted(audiences)}`;
    return { ok: false, error: `[${INVALID}, ${mismatch}]` };
  }
  const bound = claims["kubernetes.io"];
  if (!(await allExist(store, bound)))
    return { ok: false, error: `[${INVALID}, service account token has been invalidated]` };
  return { ok: true, user: userOf(claims), audiences: granted };
}

export interface Verifier {
  readonly env: Env;
  readonly cluster: string;
  readonly store: StoreClient;
  readonly now: number;
  readonly audiences: readonly string[];
}

/** By cluster. Keys are added, never changed, so an unknown key id is what refreshes the list. */
const keysOf = new Map<string, Map<string, CryptoKey>>();

async function verifiedClaims(token: string, env: Env, cluster: string): Promise<Claims | undefined> {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  const header = parsePart<{ alg?: string; kid?: string }>(head);
  const signed = fromBase64Url(signature);
  if (more.length > 0 || header?.alg !== "ES256" || header.kid === undefined || !signed) return undefined;
  const key = keysOf.get(cluster)?.get(header.kid) ?? (await loadKeys(env, cluster)).get(header.kid);
  if (!key) return undefined;
  const data = new TextEncoder().encode(`${head}.${body}`);
  const valid = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signed, data);
  return valid ? parsePart<Claims>(body) : undefined;
}

async function loadKeys(env: Env, cluster: string): Promise<Map<string, CryptoKey>> {
  const listed = (await env.CLUSTER_KEYS.getByName(cluster).publicKeys()) as PublicKey[];
  const imported = listed.map(async ({ kid, ...jwk }) => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    return [kid, await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"])] as const;
  });
  const keys = new Map(await Promise.all(imported));
  keysOf.set(cluster, keys);
  return keys;
}

function parsePart<T>(part: string): T | undefined {
  const bytes = fromBase64Url(part);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch {
    return undefined;
  }
}

async function allExist(store: StoreClient, claims: KubernetesClaims): Promise<boolean> {
  const { namespace, serviceaccount, pod, node, secret } = claims;
  const wanted: (readonly [Key, string])[] = [
    [keyOf("serviceaccounts", namespace, serviceaccount), serviceaccount.uid],
  ];
  if (pod) wanted.push([keyOf("pods", namespace, pod), pod.uid]);
  else if (node) wanted.push([keyOf("nodes", "", node), node.uid]);
  if (secret) wanted.push([keyOf("secrets", namespace, secret), secret.uid]);
  const entries = await store.readMany(wanted.map(([key]) => key));
  return wanted.every(([, uid], i) => {
    const entry = entries[i];
    return entry !== undefined && (JSON.parse(entry.text) as KubeObject).metadata.uid === uid;
  });
}

const keyOf = (resource: string, namespace: string, { name }: ObjectClaim): Key => ({ resource, namespace, name });

function userOf(claims: Claims): User {
  const { namespace, serviceaccount, pod, node } = claims["kubernetes.io"];
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, AUTHENTICATED],
    extra: {
      "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
      ...(pod
        ? { "authentication.kubernetes.io/pod-name": [pod.name], "authentication.kubernetes.io/pod-uid": [pod.uid] }
        : {}),
      ...(node
        ? { "authentication.kubernetes.io/node-name": [node.name], "authentication.kubernetes.io/node-uid": [node.uid] }
        : {}),
    },
  };
}
