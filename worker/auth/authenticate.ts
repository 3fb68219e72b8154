/** Who sent a request. Each form of credential has its own authenticator. */
import type { Env } from "../env.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { StoreClient } from "../registry/store-client.ts";
import { bootstrapUser, isBootstrapToken } from "./bootstrap-token.ts";
import { isNodeToken, nodeUser } from "./node-credential.ts";
import { hasDigest, sameSecret } from "./secret.ts";
import { ISSUER, verifyServiceAccountToken } from "./service-account-token.ts";
import { AUTHENTICATED, MASTERS, type User } from "./user.ts";

const admin: User = { name: "admin", uid: "admin-uid", groups: [MASTERS, AUTHENTICATED] };

/** The control plane's own loops, before they take on an identity by impersonation. */
const controlPlane: User = { name: "system:apiserver", groups: [MASTERS, AUTHENTICATED] };

export interface Authentication {
  readonly env: Env;
  readonly cluster: string;
  readonly policy: PolicySnapshot;
  readonly store: StoreClient;
  /** ms since the epoch. */
  readonly now: number;
}

/** Answers "none" for a request without a credential, undefined for one that nobody knows. */
export async function authenticate(request: Request, at: Authentication): Promise<User | "none" | undefined> {
  const token = bearerToken(request);
  return token === undefined ? "none" : userOfToken(token, at);
}

export async function userOfToken(token: string, at: Authentication): Promise<User | undefined> {
  const { env, cluster, store, now } = at;
  if (isNodeToken(token)) return nodeUser(token, at);
  if (isBootstrapToken(token)) return bootstrapUser(token, store, now);
  if (token.split(".").length === 3) {
    const verified = await verifyServiceAccountToken(token, { ...at, audiences: [ISSUER] });
    return verified.ok ? verified.user : undefined;
  }
  if (env.INTERNAL_TOKEN && (await sameSecret(token, env.INTERNAL_TOKEN))) return controlPlane;
  // The deployment's administrator is the default cluster's; others have administrators of their own.
  if (cluster === "default" && env.ADMIN_TOKEN_SHA256 && (await hasDigest(token, env.ADMIN_TOKEN_SHA256))) return admin;
  return undefined;
}

function bearerToken(request: Request): string | undefined {
  const header = request.headers.get("Authorization") ?? "";
  const [scheme = "", token = ""] = header.trim().split(/\s+/, 2);
  return scheme.toLowerCase() === "bearer" && token !== "" ? token : undefined;
}
