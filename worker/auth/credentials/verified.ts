import type { User } from "../user.ts";

/** What a token turned out to be. `error` is worded as a TokenReview tells it. */
export type Verified = { readonly ok: true; readonly user: User; readonly audiences: readonly string[] } | Refused;

export interface Refused {
  readonly ok: false;
  readonly error: string;
}

export const INVALID_TOKEN = "invalid bearer token";

export const refused = (error: string): Refused => ({ ok: false, error });

/** Refused by somebody whose token it is. */
export const refusedBecause = (why: string): Refused => refused(`[${INVALID_TOKEN}, ${why}]`);
