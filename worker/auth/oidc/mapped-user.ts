/**
 * Maps a token's claims to a user, by the issuer's mappings and rules (docs/spec/authorization.md, AUTH-OIDC-CLAIMS).
 * Pure.
 */
import { evaluateSeeing, type Seen } from "../../../api/authentication/claim-expressions.ts";
import type { ClaimOrExpression, ClaimRule, ExpressionRule } from "../../../api/authentication/claim-rules.ts";
import type { JwtAuthenticator } from "../../../api/authentication/config.ts";
import type { User } from "../user.ts";

export type TokenClaims = Readonly<Record<string, unknown>>;

export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

const refused = (error: string) => ({ ok: false, error: `oidc: ${error}` }) as const;
const found = <T>(value: T) => ({ ok: true, value }) as const;

const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/** Without the group system:authenticated. */
export function mappedUser(claims: TokenClaims, rules: Omit<JwtAuthenticator, "issuer">): Found<User> {
  const { username, groups, uid, extra = [] } = rules.claimMappings;
  const name = usernameOf(claims, username);
  if (!name.ok) return name;
  const named = groups ? groupsOf(claims, groups) : found([]);
  if (!named.ok) return named;
  const id = uid ? textOf(claims, uid, "uid") : found("");
  if (!id.ok) return id;
  const more: Record<string, readonly string[]> = {};
  if (typeof claims.jti === "string" && claims.jti !== "") more[CREDENTIAL_ID] = [`JTI=${claims.jti}`];
  for (const { key, valueExpression } of extra) {
    const values = textsOf(valueExpression, claims, "extra");
    if (!values.ok) return values;
    if (values.value.length > 0) more[key] = values.value;
  }
  const user: User = {
    name: name.value,
    ...(id.value !== "" && { uid: id.value }),
    groups: named.value,
    ...(Object.keys(more).length > 0 && { extra: more }),
  };
  const broken =
    brokenClaimRule(claims, rules.claimValidationRules ?? []) ?? brokenUserRule(user, rules.userValidationRules ?? []);
  return broken === undefined ? found(user) : refused(broken);
}

function usernameOf(claims: TokenClaims, of: ClaimOrExpression): Found<string> {
  const name = textOf(claims, of, "username");
  if (!name.ok) return name;
  if (name.value === "") return refused("the username is empty");
  if ("expression" in of) return name;
  if (of.claim === "email" && "email_verified" in claims && claims.email_verified !== true)
    return refused("email not verified");
  return found(`${of.prefix ?? ""}${name.value}`);
}

function textOf(claims: TokenClaims, of: ClaimOrExpression, what: "username" | "uid"): Found<string> {
  if ("expression" in of) {
    const result = evaluateSeeing("claims", of.expression, claims);
    if (!result.ok) return refused(`error evaluating ${what} claim expression: ${result.message}`);
    if (typeof result.value === "string") return found(result.value);
    return refused(`error evaluating ${what} claim expression: ${what} claim expression must return a string`);
  }
  const value = claims[of.claim];
  return typeof value === "string" ? found(value) : refused(`parse ${what} claim "${of.claim}": it is not a string`);
}

/** A missing claim means no groups. */
function groupsOf(claims: TokenClaims, of: ClaimOrExpression): Found<readonly string[]> {
  if ("expression" in of) return textsOf(of.expression, claims, "group");
  const claim = claims[of.claim] ?? [];
  const groups = typeof claim === "string" ? [claim] : claim;
  if (!isTexts(groups)) return refused(`parse groups claim "${of.claim}": it is neither a text nor a list of texts`);
  return found(groups.map((group) => `${of.prefix ?? ""}${group}`));
}

/** Empty and missing texts are dropped. */
function textsOf(expression: string, claims: TokenClaims, what: "group" | "extra"): Found<readonly string[]> {
  const result = evaluateSeeing("claims", expression, claims);
  if (!result.ok) return refused(`error evaluating ${what} claim expression: ${result.message}`);
  const { value } = result;
  const texts = value === null ? [] : typeof value === "string" ? [value] : value;
  if (isTexts(texts)) return found(texts.filter((text) => text !== ""));
  return refused(`error evaluating ${what} claim expression: expression must return a string or a list of strings`);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

function brokenClaimRule(claims: TokenClaims, rules: readonly ClaimRule[]): string | undefined {
  for (const rule of rules) {
    if ("expression" in rule) {
      const broken = brokenRule("claims", rule, claims);
      if (broken !== undefined) return `error evaluating claim validation expression: ${broken}`;
    } else if (claims[rule.claim] !== rule.requiredValue) {
      return `required claim ${rule.claim} is not there, or has another value`;
    }
  }
  return undefined;
}

function brokenUserRule({ name, uid, groups, extra }: User, rules: readonly ExpressionRule[]): string | undefined {
  // As Kubernetes passes it to expressions: empty values are absent.
  const seen = {
    username: name,
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra && { extra }),
  };
  for (const rule of rules) {
    const broken = brokenRule("user", rule, seen);
    if (broken !== undefined) return `error evaluating user info validation rule: ${broken}`;
  }
  return undefined;
}

function brokenRule(seen: Seen, { expression, message = "" }: ExpressionRule, value: object): string | undefined {
  const result = evaluateSeeing(seen, expression, value);
  if (!result.ok) return result.message;
  return result.value === true ? undefined : `validation expression '${expression}' failed: ${message}`;
}
