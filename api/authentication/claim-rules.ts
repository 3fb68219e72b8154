/** Mappings from a token's claims, and requirements on them: by claim name and by CEL expression. */
import { dnsSubdomain } from "../machinery/names.ts";
import { compileSeeing, type Seen } from "./claim-expressions.ts";
import { listOr, objectAt, Refusal, refuseDoubles, textAt } from "./read-fields.ts";

export interface Expression {
  readonly expression: string;
}

/** `prefix` is prepended to a claim's text; expressions add prefixes themselves. */
export type ClaimOrExpression = { readonly claim: string; readonly prefix?: string } | Expression;

export interface ExpressionRule extends Expression {
  readonly message?: string;
}

export type ClaimRule = { readonly claim: string; readonly requiredValue: string } | ExpressionRule;

export interface ClaimMappings {
  readonly username: ClaimOrExpression;
  readonly groups?: ClaimOrExpression;
  readonly uid?: ClaimOrExpression;
  readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
}

export function parseMappings(value: unknown, path: string): ClaimMappings {
  const { username, groups, uid, extra } = objectAt(value, path, ["username", "groups", "uid", "extra"]);
  return {
    username: parseMapping(username, `${path}.username`),
    ...(groups !== undefined && { groups: parseMapping(groups, `${path}.groups`) }),
    ...(uid !== undefined && { uid: parseUid(uid, `${path}.uid`) }),
    ...(extra !== undefined && { extra: parseExtra(extra, `${path}.extra`) }),
  };
}

function parseMapping(value: unknown, path: string): ClaimOrExpression {
  const { claim, prefix, expression } = objectAt(value, path, ["claim", "prefix", "expression"]);
  if (expression === undefined) {
    // Kubernetes requires it, as a reminder that an issuer could otherwise name system:masters.
    return { claim: textAt(claim, `${path}.claim`), prefix: textAt(prefix, `${path}.prefix`, "may be empty") };
  }
  if (claim !== undefined) throw new Refusal(`${path}: claim and expression can't both be set`);
  if (prefix !== undefined) throw new Refusal(`${path}.prefix: may not be specified when expression is set`);
  return { expression: expressionAt(expression, `${path}.expression`, { seen: "claims" }) };
}

function parseUid(value: unknown, path: string): ClaimOrExpression {
  const { claim, expression } = objectAt(value, path, ["claim", "expression"]);
  if (expression === undefined) return { claim: textAt(claim, `${path}.claim`) };
  if (claim !== undefined) throw new Refusal(`${path}: claim and expression can't both be set`);
  return { expression: expressionAt(expression, `${path}.expression`, { seen: "claims" }) };
}

function parseExtra(value: unknown, path: string): ClaimMappings["extra"] & object {
  const extra = listOr(value, path).map((each, i) => {
    const at = `${path}[${i}]`;
    const { key, valueExpression } = objectAt(each, at, ["key", "valueExpression"]);
    return {
      key: extraKeyAt(key, `${at}.key`),
      valueExpression: expressionAt(valueExpression, `${at}.valueExpression`, { seen: "claims" }),
    };
  });
  refuseDoubles(
    extra.map(({ key }) => key),
    path,
  );
  return extra;
}

/** Keys have a domain: `example.org/team`. Those of Kubernetes' domains are reserved. */
function extraKeyAt(value: unknown, path: string): string {
  const key = textAt(value, path);
  const [domain = "", ...rest] = key.split("/");
  if (rest.join("/") === "" || dnsSubdomain(domain).length > 0)
    throw new Refusal(`${path}: must be a domain-prefixed path (such as "acme.io/foo")`);
  if (key !== key.toLowerCase()) throw new Refusal(`${path}: must be lowercase`);
  if (/(^|\.)(kubernetes|k8s)\.io$/.test(domain))
    throw new Refusal(`${path}: k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use`);
  return key;
}

export function parseClaimRules(value: unknown, path: string): readonly ClaimRule[] {
  const rules = listOr(value, path).map((rule, i): ClaimRule => {
    const at = `${path}[${i}]`;
    const { claim, requiredValue, ...more } = objectAt(rule, at, ["claim", "requiredValue", "expression", "message"]);
    if (claim === undefined) {
      if (requiredValue !== undefined)
        throw new Refusal(`${at}.requiredValue: may not be specified when expression is set`);
      return parseRule(more, at, "claims");
    }
    if (more.expression !== undefined) throw new Refusal(`${at}: claim and expression can't both be set`);
    if (more.message !== undefined) throw new Refusal(`${at}.message: may not be specified when claim is set`);
    return {
      claim: textAt(claim, `${at}.claim`),
      requiredValue: textAt(requiredValue ?? "", `${at}.requiredValue`, "may be empty"),
    };
  });
  refuseDoubles(
    rules.map((rule) => ("claim" in rule ? `claim ${rule.claim}` : rule.expression)),
    path,
  );
  return rules;
}

export function parseUserRules(value: unknown, path: string): readonly ExpressionRule[] {
  const rules = listOr(value, path).map((rule, i) => parseRule(rule, `${path}[${i}]`, "user"));
  refuseDoubles(
    rules.map(({ expression }) => expression),
    path,
  );
  return rules;
}

function parseRule(value: unknown, path: string, seen: Seen): ExpressionRule {
  const { expression, message } = objectAt(value, path, ["expression", "message"]);
  return {
    expression: expressionAt(expression, `${path}.expression`, { seen, returns: "bool" }),
    ...(message !== undefined && { message: textAt(message, `${path}.message`, "may be empty") }),
  };
}

function expressionAt(value: unknown, path: string, { seen, returns }: { seen: Seen; returns?: "bool" }): string {
  const expression = textAt(value, path);
  const compiled = compileSeeing(seen, expression);
  if (!compiled.ok) throw new Refusal(`${path}: ${compiled.message}`);
  if (returns && compiled.program.type.kind !== returns) throw new Refusal(`${path}: must evaluate to ${returns}`);
  return expression;
}

/**
 * A username taken from an email claim requires checking that it was verified: an issuer may let users enter any
 * address.
 */
export function refuseUnverifiedEmail(mappings: ClaimMappings, rules: readonly ClaimRule[], path: string): void {
  const reads = (expression: string, claim: string) => {
    const compiled = compileSeeing("claims", expression);
    return compiled.ok && compiled.program.selects("claims", claim);
  };
  const { username, extra = [] } = mappings;
  if (!("expression" in username) || !reads(username.expression, "email")) return;
  const requested = [
    username.expression,
    ...extra.map(({ valueExpression }) => valueExpression),
    ...rules.flatMap((rule) => ("expression" in rule ? [rule.expression] : [])),
  ];
  if (requested.some((expression) => reads(expression, "email_verified"))) return;
  throw new Refusal(
    `${path}.username.expression: claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression`,
  );
}
