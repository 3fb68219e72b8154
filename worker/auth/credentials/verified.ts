import type { User } from "../user.ts";

/** The result of verifying a token. `error` is worded for TokenReviews. */
export type Verified = (Authenticated & { readonly ok: true; readonly audiences: readonly string[] }) | Refused;

export interface Authenticated {
  readonly user: User;
  readonly legacyToken?: LegacyToken;
}

/** A service account's token without expiry. */
export interface LegacyToken {
  /** The name of its Secret. */
  readonly secret: string;
  /** Its account lists it, as those that Kubernetes once generated for every account. */
  readonly isGenerated: boolean;
}

export interface Refused {
  readonly ok: false;
  readonly error: string;
}

export const INVALID_TOKEN = "invalid bearer token";

export const refused = (error: string): Refused => ({ ok: false, error });

/** Refused by the authenticator that is responsible for the token. */
export const invalidToken = (why: string): Refused => refused(`[${INVALID_TOKEN}, ${why}]`);
