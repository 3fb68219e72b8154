/** Authenticates requests. Each kind of credential has its own authenticator. */
import type { JwtAuthenticator } from "../../api/authentication/config.ts";
import type { Lifeline } from "../../api/store/store.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import type { Env } from "../env.ts";
import { settingsOf } from "../policy/cluster-settings.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { StoreClient } from "../storage/store-client.ts";
import { isAdministrator } from "./credentials/administrator.ts";
import { bootstrapUser, isBootstrapToken } from "./credentials/bootstrap-token.ts";
import { isNodeToken, nodeUser } from "./credentials/node-credential.ts";
import { API_AUDIENCES, type Verifier, verifyServiceAccountToken } from "./credentials/service-account-token.ts";
import { INVALID_TOKEN, refused, type Verified } from "./credentials/verified.ts";
import { webSocketToken } from "./credentials/websocket-token.ts";
import { issuerOf, issuersOf, verifyOidcToken } from "./oidc/verify.ts";
import { AUTHENTICATED, MASTERS, type User } from "./user.ts";

const admin: User = { name: "admin", uid: "admin-uid", groups: [MASTERS, AUTHENTICATED] };

/**
 * The control plane's own loops, before they impersonate an identity. They come by an internal binding, not with a
 * token.
 */
const controlPlane: User = { name: "system:apiserver", groups: [MASTERS, AUTHENTICATED] };

/** What a token is verified by. */
interface Verification {
  readonly env: Env;
  readonly cluster: string;
  readonly policy: PolicySnapshot;
  readonly store: ObjectStore;
  /** ms since the epoch. */
  readonly now: number;
}

export interface Authentication extends Verification {
  /** The request will depend on what its identity is bound to. */
  readonly store: StoreClient;
}

type Verifying = Verification & Pick<Verifier, "audiences" | "isThere">;

/** Returns "none" for a request without a credential. */
export async function authenticate(request: Request, at: Authentication): Promise<Verified | "none"> {
  if (at.env.ownApi) return { ok: true, user: controlPlane, audiences: API_AUDIENCES };
  const token = bearerToken(request);
  if (token === undefined) return "none";
  const isThere = (lifelines: readonly Lifeline[]) => at.store.standOn(lifelines, at.now);
  return userOfToken(token, { ...at, audiences: API_AUDIENCES, isThere });
}

/** `audiences`: to whom the token is presented; it must be meant for at least one of them. */
export async function userOfToken(token: string, at: Verifying): Promise<Verified> {
  if (token.split(".").length !== 3 || isNodeToken(token)) return forThisServer(await userOfOpaqueToken(token, at), at);
  const verified = await userOfJwt(token, at);
  // Catches up, in case a named cluster began to trust the issuer a moment ago.
  if (!verified.ok && at.cluster !== DEFAULT_CLUSTER) await at.store.confirm();
  return verified;
}

async function userOfJwt(token: string, at: Verifying): Promise<Verified> {
  const { cluster, now } = at;
  const issuer = issuerOf(token, trustedIssuers(at));
  if (!issuer) return verifyServiceAccountToken(token, at);
  const verified = await verifyOidcToken(token, issuer, { cluster, now, fetch: (url, init) => fetch(url, init) });
  return verified.ok ? forThisServer(verified.user, at) : verified.refused;
}

/**
 * The deployment's issuers vouch for users of the default cluster only; other clusters have those that they were given.
 */
export const trustedIssuers = ({
  env,
  cluster,
  policy,
}: Pick<Authentication, "env" | "cluster" | "policy">): readonly JwtAuthenticator[] =>
  cluster === DEFAULT_CLUSTER ? issuersOf(env.AUTHENTICATION_CONFIG) : (settingsOf(policy)?.issuers ?? []);

/** Only service account tokens name audiences; all others are meant for this server. */
function forThisServer(user: User | undefined, at: { readonly audiences: readonly string[] }): Verified {
  const audiences = at.audiences.filter((audience) => API_AUDIENCES.includes(audience));
  return user && audiences.length > 0 ? { ok: true, user, audiences } : refused(INVALID_TOKEN);
}

async function userOfOpaqueToken(token: string, at: Verification): Promise<User | undefined> {
  const { store, now } = at;
  if (isNodeToken(token)) return nodeUser(token, at);
  if (isBootstrapToken(token)) return bootstrapUser(token, store, now);
  if (await isAdministrator(token, at)) return admin;
  // Catches up, in case the token was created a moment ago in another isolate.
  await store.confirm();
  return undefined;
}

export function bearerToken(request: Request): string | undefined {
  const header = request.headers.get("Authorization");
  if (header === null) return webSocketToken(request);
  const [scheme = "", token = ""] = header.trim().split(" ");
  return scheme.toLowerCase() === "bearer" && token !== "" ? token : undefined;
}
