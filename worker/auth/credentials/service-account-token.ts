/**
 * Service account tokens: JWTs with Kubernetes' claims (pkg/serviceaccount). A token is valid as long as what it is
 * bound to: its service account, and its pod, node or secret if it names one.
 */
import type { Secret, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { stillExists } from "../../../api/store/lifeline.ts";
import type { Lifeline } from "../../../api/store/store.ts";
import type { Env } from "../../env.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { AUTHENTICATED, type User } from "../user.ts";
import { verifiedClaims } from "./jwt.ts";
import { parseJwtPart } from "./jwt-part.ts";
import { markedInvalid, noteUse } from "./legacy-token-use.ts";
import { INVALID_TOKEN, invalidToken, refused, type Verified } from "./verified.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";
/** The issuer of tokens that live as long as their Secret. */
const LEGACY_ISSUER = "kubernetes/serviceaccount";
/** The audiences of the API server. */
export const API_AUDIENCES: readonly string[] = [ISSUER];

export interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

/** The claims under `kubernetes.io`. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectClaim;
  readonly pod?: ObjectClaim;
  /** Has no uid if the pod's node did not exist. */
  readonly node?: Pick<ObjectClaim, "name"> & Partial<ObjectClaim>;
  readonly secret?: ObjectClaim;
  /** When a token that is valid for longer than requested should have been replaced; seconds since the epoch. */
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

interface LegacyClaims {
  readonly iss: string;
  readonly sub: string;
  readonly "kubernetes.io/serviceaccount/namespace": string;
  readonly "kubernetes.io/serviceaccount/secret.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.uid": string;
}

/** The claims of a token that lives as long as its Secret (type kubernetes.io/service-account-token). */
export const legacyTokenClaims = (secret: KubeObject, { metadata }: ServiceAccount): Record<string, unknown> => ({
  iss: LEGACY_ISSUER,
  "kubernetes.io/serviceaccount/namespace": metadata.namespace,
  "kubernetes.io/serviceaccount/secret.name": secret.metadata.name,
  "kubernetes.io/serviceaccount/service-account.name": metadata.name,
  "kubernetes.io/serviceaccount/service-account.uid": metadata.uid,
  sub: `system:serviceaccount:${metadata.namespace}:${metadata.name}`,
});

export interface Verifier {
  readonly env: Env;
  readonly cluster: string;
  readonly store: ObjectStore;
  /** ms since the epoch. */
  readonly now: number;
  /** The verifier's audiences; the token must name at least one. */
  readonly audiences: readonly string[];
  /** Whether the objects that a token is bound to exist; the caller decides how to look. */
  readonly isThere: (lifelines: readonly Lifeline[]) => Promise<boolean>;
}

export async function verifyServiceAccountToken(token: string, verifier: Verifier): Promise<Verified> {
  const { env, cluster } = verifier;
  const claims = await verifiedClaims<Claims | LegacyClaims>(token, env, cluster);
  if (claims?.iss === ISSUER) return verifyBound(claims as Claims, verifier);
  if (claims?.iss === LEGACY_ISSUER) return verifyLegacy(claims as LegacyClaims, token, verifier);
  return claims === undefined && isSaidToBeOurs(token) ? invalidToken(UNSIGNED) : refused(INVALID_TOKEN);
}

/** Of go-jose, for any signature that is wrong. */
const UNSIGNED = "go-jose/go-jose: error in cryptographic primitive";

/** Whether it is a JWT that names this cluster, whoever signed it. */
function isSaidToBeOurs(token: string): boolean {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  const { iss } = parseJwtPart<Partial<Claims>>(body) ?? {};
  const isJwt = more.length === 0 && parseJwtPart(head) !== undefined && fromBase64Url(signature) !== undefined;
  return isJwt && (iss === ISSUER || iss === LEGACY_ISSUER);
}

/** Tolerated lag of this machine's clock behind that of the machine that issued the token. */
const BEHIND_MS = 60_000;

const INVALIDATED = "service account token has been invalidated";

async function verifyBound(claims: Claims, { now, audiences, isThere }: Verifier): Promise<Verified> {
  const granted = audiences.filter((audience) => claims.aud.includes(audience));
  if (granted.length === 0) return meantForOthers(claims.aud, audiences);
  if (claims.exp * 1000 <= now) return invalidToken("service account token has expired");
  if (claims.nbf * 1000 > now + BEHIND_MS) return invalidToken("service account token is not valid yet");
  const bound = claims["kubernetes.io"];
  if (!(await isThere(lifelinesOf(bound)))) return invalidToken(INVALIDATED);
  return { ok: true, user: userOf(claims), audiences: granted };
}

function meantForOthers(named: readonly string[], audiences: readonly string[]): Verified {
  const quoted = (list: readonly string[]) => `[${list.map(goQuote).join(" ")}]`;
  return invalidToken(`token audiences ${quoted(named)} is invalid for the target audiences ${quoted(audiences)}`);
}

/** The objects that a token's validity depends on. */
function lifelinesOf({ namespace, serviceaccount, pod, node, secret }: KubernetesClaims): readonly Lifeline[] {
  const lifeline = (resource: string, place: string, { name, uid = "" }: NonNullable<KubernetesClaims["node"]>) => ({
    key: { resource, namespace: place, name },
    uid,
  });
  return [
    lifeline("serviceaccounts", namespace, serviceaccount),
    ...(secret ? [lifeline("secrets", namespace, secret)] : []),
    ...(pod ? [lifeline("pods", namespace, pod)] : []),
    // With a pod, the node is informational and not required to exist.
    ...(node && !pod ? [lifeline("nodes", "", node)] : []),
  ];
}

/** For a review of somebody else's token, which cannot wait for the store's next call. */
export const isThereNow =
  (store: ObjectStore, now: number) =>
  async (lifelines: readonly Lifeline[]): Promise<boolean> => {
    const entries = await store.readMany(lifelines.map(({ key }) => key));
    return lifelines.every((lifeline, i) => stillExists(lifeline, entries[i]?.text, now));
  };

async function verifyLegacy(
  claims: LegacyClaims,
  token: string,
  { store, now, audiences }: Verifier,
): Promise<Verified> {
  // These tokens name no audience: they are for the API server alone.
  const granted = audiences.filter((audience) => API_AUDIENCES.includes(audience));
  if (granted.length === 0) return meantForOthers(API_AUDIENCES, audiences);
  const namespace = claims["kubernetes.io/serviceaccount/namespace"];
  const account = {
    name: claims["kubernetes.io/serviceaccount/service-account.name"],
    uid: claims["kubernetes.io/serviceaccount/service-account.uid"],
  };
  const secretName = claims["kubernetes.io/serviceaccount/secret.name"];
  const [accountEntry, secretEntry] = await store.readMany([
    { resource: "serviceaccounts", namespace, name: account.name },
    { resource: "secrets", namespace, name: secretName },
  ]);
  const secret = secretEntry && (JSON.parse(secretEntry.text) as Secret);
  if (!secret || secret.metadata.deletionTimestamp) return invalidToken("Token has been invalidated");
  if (secret.data?.token !== btoa(token)) return invalidToken("Token does not match server's copy");
  const found = accountEntry && (JSON.parse(accountEntry.text) as ServiceAccount);
  const gone = problemOfAccount(found, { ...account, namespace });
  if (!found || gone !== undefined) return invalidToken(gone ?? "");
  await noteUse(secret, secretEntry, { store, now });
  const invalid = markedInvalid(secret, account.name);
  if (invalid !== undefined) {
    const legacyToken = { kind: "invalidated", secret: `${secretName}/${namespace}` } as const;
    return { ...invalidToken(invalid), legacyToken };
  }
  const isListed = found.secrets?.some(({ name }) => name === secretName) ?? false;
  const legacyToken = { kind: isListed ? "autogenerated-secret" : "manual-secret", secret: secretName } as const;
  return { ok: true, user: accountUser(namespace, account), audiences: granted, legacyToken };
}

function problemOfAccount(found: ServiceAccount | undefined, of: ObjectClaim & { readonly namespace: string }) {
  const { namespace, name, uid } = of;
  if (!found) return `serviceaccounts ${goQuote(name)} not found`;
  if (found.metadata.deletionTimestamp) return `ServiceAccount ${namespace}/${name} has been deleted`;
  if (found.metadata.uid === uid) return undefined;
  return `ServiceAccount UID (${found.metadata.uid}) does not match claim (${uid})`;
}

const accountUser = (namespace: string, { name, uid }: ObjectClaim): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, AUTHENTICATED],
});

function userOf(claims: Claims): User {
  const { namespace, serviceaccount, pod, node } = claims["kubernetes.io"];
  return {
    ...accountUser(namespace, serviceaccount),
    extra: {
      "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
      ...(node && { "authentication.kubernetes.io/node-name": [node.name] }),
      ...(node?.uid !== undefined && { "authentication.kubernetes.io/node-uid": [node.uid] }),
      ...(pod
        ? { "authentication.kubernetes.io/pod-name": [pod.name], "authentication.kubernetes.io/pod-uid": [pod.uid] }
        : {}),
    },
  };
}
