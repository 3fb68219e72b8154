import type { User } from "./user.ts";

/** What a token turned out to be. `error` is worded as a TokenReview tells it. */
export type Verified =
  | { readonly ok: true; readonly user: User; readonly audiences: readonly string[] }
  | { readonly ok: false; readonly error: string };

export const INVALID_TOKEN = "invalid bearer token";

export const refused = (error: string): Verified => ({ ok: false, error });

/** Refused by somebody whose token it is. */
export const refusedBecause = (why: string): Verified => refused(`[${INVALID_TOKEN}, ${why}]`);
