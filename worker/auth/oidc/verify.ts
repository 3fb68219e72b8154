/** Tokens of OpenID Connect issuers that the deployment trusts (docs/spec/authorization.md, AUTH-OIDC). */

import { type JwtAuthenticator, parseAuthentication } from "../../../api/authentication/config.ts";
import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";
import { parseJwtPart } from "../credentials/jwt-part.ts";
import { invalidToken, type Refused } from "../credentials/verified.ts";
import type { User } from "../user.ts";
import { type IssuerKeys, issuerKeys, type KeyLookup, newestKeys } from "./issuer-keys.ts";
import type { TokenClaims } from "./mapped-user.ts";
import { isSignedWith, type Signed } from "./signature.ts";
import { tokenUser } from "./token-user.ts";

/** Parsed once per isolate. */
let known: { readonly text: string; readonly jwt: readonly JwtAuthenticator[] } | undefined;

/**
 * The issuers of a configuration in JSON. A configuration that cannot be parsed fails all requests: nobody could sign
 * in with it.
 */
export function issuersOf(text: string | undefined): readonly JwtAuthenticator[] {
  if (!text) return [];
  if (known?.text === text) return known.jwt;
  const parsed = parseAuthentication(JSON.parse(text));
  if (!parsed.ok) throw new Error(`AUTHENTICATION_CONFIG: ${parsed.message}`);
  known = { text, jwt: parsed.jwt };
  return parsed.jwt;
}

/** The issuer that the token names. */
export function issuerOf(token: string, issuers: readonly JwtAuthenticator[]): JwtAuthenticator | undefined {
  if (issuers.length === 0) return undefined;
  const iss = parseJwtPart<TokenClaims>(token.split(".")[1] ?? "")?.iss;
  return issuers.find(({ issuer }) => issuer.url === iss);
}

export async function verifyOidcToken(
  token: string,
  authenticator: JwtAuthenticator,
  at: KeyLookup,
): Promise<OidcVerified> {
  const claims = await verifiedClaims(token, authenticator, at);
  if (!claims) return { ok: false, refused: invalidToken("oidc: verify token: failed to verify signature") };
  const found = tokenUser(claims, authenticator, at.now);
  return found.ok ? found : { ok: false, refused: invalidToken(found.error) };
}

type OidcVerified = { readonly ok: true; readonly user: User } | { readonly ok: false; readonly refused: Refused };

const REMEMBERED = 1000;

async function verifiedClaims(
  token: string,
  { issuer }: JwtAuthenticator,
  at: KeyLookup,
): Promise<TokenClaims | undefined> {
  let keys = await issuerKeys(issuer, at);
  const remembered = keys.verified.get(token);
  if (remembered) return remembered;
  const [head = "", body = "", signature = ""] = token.split(".");
  const header = parseJwtPart<TokenClaims>(head);
  const bytes = fromBase64Url(signature);
  if (typeof header?.alg !== "string" || !bytes) return undefined;
  const signed = { algorithm: header.alg, text: `${head}.${body}`, signature: bytes.slice() };
  const isOf = ({ kid }: { readonly kid?: string }) => header.kid === undefined || kid === header.kid;

  // An unknown key may be new.
  if (!keys.keys.some(isOf)) keys = (await newestKeys(issuer, at)) ?? keys;
  if (!(await isSignedByOne(keys, isOf, signed))) return undefined;
  const claims = parseJwtPart<TokenClaims>(body);
  if (claims) remember(keys, token, claims);
  return claims;
}

async function isSignedByOne(
  { keys }: IssuerKeys,
  isOf: (key: { readonly kid?: string }) => boolean,
  signed: Signed,
): Promise<boolean> {
  for (const key of keys) if (isOf(key) && (await isSignedWith(key, signed))) return true;
  return false;
}

function remember({ verified }: IssuerKeys, token: string, claims: TokenClaims): void {
  if (verified.size >= REMEMBERED) verified.clear();
  verified.set(token, claims);
}
