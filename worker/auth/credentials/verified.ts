import type { User } from "../user.ts";

/** The result of verifying a token. `error` is worded for TokenReviews. */
export type Verified = { readonly ok: true; readonly user: User; readonly audiences: readonly string[] } | Refused;

export interface Refused {
  readonly ok: false;
  readonly error: string;
}

export const INVALID_TOKEN = "invalid bearer token";

export const refused = (error: string): Refused => ({ ok: false, error });

/** Refused by the authenticator that is responsible for the token. */
export const invalidToken = (why: string): Refused => refused(`[${INVALID_TOKEN}, ${why}]`);
