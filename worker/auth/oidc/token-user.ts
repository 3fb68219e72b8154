/** The user that an issuer's token represents, once its signature has been verified. */
import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import { AUTHENTICATED, UNAUTHENTICATED, type User } from "../user.ts";
import { type Found, mappedUser, type TokenClaims } from "./mapped-user.ts";

type TokenUser = { readonly ok: true; readonly user: User } | { readonly ok: false; readonly error: string };

/** Issuers' clocks may be ahead; this is the tolerance of Kubernetes' verifier. */
const AHEAD_SECONDS = 300;

const refused = (error: string): TokenUser => ({ ok: false, error: `oidc: ${error}` });

/** `now` is ms since the epoch. */
export function tokenUser(claims: TokenClaims, authenticator: JwtAuthenticator, now: number): TokenUser {
  const { issuer } = authenticator;
  if (claims.iss !== issuer.url) return refused(`the token was issued by ${String(claims.iss)}`);
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!issuer.audiences.some((audience) => audiences.includes(audience))) {
    return refused(`verify token: oidc: expected audience in ${JSON.stringify(issuer.audiences)}`);
  }
  const seconds = now / 1000;
  if (typeof claims.exp !== "number" || claims.exp <= seconds) return refused("verify token: oidc: token is expired");
  if (typeof claims.nbf === "number" && claims.nbf > seconds + AHEAD_SECONDS)
    return refused("verify token: oidc: the token is not valid yet");
  const mapped = mappedOnce(claims, authenticator);
  if (!mapped.ok) return mapped;
  const { groups } = mapped.value;
  const isSaid = groups.some((group) => group === AUTHENTICATED || group === UNAUTHENTICATED);
  return { ok: true, user: { ...mapped.value, groups: isSaid ? groups : [...groups, AUTHENTICATED] } };
}

interface Mapped {
  readonly by: JwtAuthenticator;
  readonly user: Found<User>;
}

/** Expressions see only the claims, so their result is the same each time while the configuration is. */
const known = new WeakMap<TokenClaims, Mapped>();

function mappedOnce(claims: TokenClaims, by: JwtAuthenticator): Found<User> {
  const before = known.get(claims);
  if (before?.by === by) return before.user;
  const user = mappedUser(claims, by);
  known.set(claims, { by, user });
  return user;
}
