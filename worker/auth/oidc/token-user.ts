/** The user that an issuer's token stands for, once its signature is known to be good. Pure. */
import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import { AUTHENTICATED, type User } from "../user.ts";

export type TokenClaims = Readonly<Record<string, unknown>>;

type TokenUser = { readonly ok: true; readonly user: User } | { readonly ok: false; readonly error: string };

/** The clocks of issuers run ahead; Kubernetes' verifier allows them that much. */
const AHEAD_SECONDS = 300;

const refused = (error: string): TokenUser => ({ ok: false, error: `oidc: ${error}` });

/** `now` is ms since the epoch. */
export function tokenUser(claims: TokenClaims, { issuer, ...rules }: JwtAuthenticator, now: number): TokenUser {
  if (claims.iss !== issuer.url) return refused(`the token was issued by ${String(claims.iss)}`);
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!issuer.audiences.some((audience) => audiences.includes(audience))) {
    return refused(`verify token: oidc: expected audience in ${JSON.stringify(issuer.audiences)}`);
  }
  const seconds = now / 1000;
  if (typeof claims.exp !== "number" || claims.exp <= seconds) return refused("verify token: oidc: token is expired");
  if (typeof claims.nbf === "number" && claims.nbf > seconds + AHEAD_SECONDS)
    return refused("verify token: oidc: the token is not valid yet");

  const { username: of, groups: groupsOf, uid: uidOf } = rules.claimMappings;
  const username = claims[of.claim];
  if (typeof username !== "string") return refused(`parse username claims "${of.claim}": it is no text`);
  if (username === "") return refused(`username claim "${of.claim}" is empty`);
  if (of.claim === "email" && "email_verified" in claims && claims.email_verified !== true)
    return refused("email not verified");
  const groups = groupsOf ? textsOf(claims[groupsOf.claim]) : [];
  if (!groups) return refused(`parse groups claim "${groupsOf?.claim}": it is neither a text nor a list of texts`);
  const uid = uidOf && claims[uidOf.claim];
  if (uidOf && typeof uid !== "string") return refused(`parse uid claim "${uidOf.claim}": it is no text`);
  for (const { claim, requiredValue } of rules.claimValidationRules ?? []) {
    if (claims[claim] !== requiredValue) return refused(`required claim ${claim} is not there, or has another value`);
  }
  return {
    ok: true,
    user: {
      name: `${of.prefix ?? ""}${username}`,
      ...(typeof uid === "string" && uid !== "" && { uid }),
      groups: [...groups.map((group) => `${groupsOf?.prefix ?? ""}${group}`), AUTHENTICATED],
      ...(typeof claims.jti === "string" &&
        claims.jti !== "" && { extra: { "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`] } }),
    },
  };
}

/** A claim that is not there names no groups. */
function textsOf(claim: unknown): readonly string[] | undefined {
  if (claim === undefined) return [];
  if (typeof claim === "string") return [claim];
  return Array.isArray(claim) && claim.every((each) => typeof each === "string") ? claim : undefined;
}
