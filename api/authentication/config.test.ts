import { expect, test } from "vitest";
import { parseAuthentication } from "./config.ts";

const issuer = { url: "https://issuer.example", audiences: ["sailplane"] };
const username = { claim: "email", prefix: "" };
const jwt = { issuer, claimMappings: { username } };
const config = (...jwts: unknown[]) => ({
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthenticationConfiguration",
  jwt: jwts,
});

const mapped = (of: object) => config({ issuer, claimMappings: { username: of } });
const ruled = (...rules: object[]) => config({ ...jwt, claimValidationRules: rules });
const team = { key: "example.org/team", valueExpression: "claims.team" };
const extra = (key: string, valueExpression: string) =>
  config({ issuer, claimMappings: { username, extra: [{ key, valueExpression }] } });

test("Kubernetes' example configuration is accepted", () => {
  const whole = {
    issuer: { ...issuer, audiences: ["a", "b"], audienceMatchPolicy: "MatchAny", discoveryURL: "https://d.example/x" },
    claimValidationRules: [{ claim: "hd", requiredValue: "example.com" }],
    claimMappings: { username, groups: { claim: "groups", prefix: "oidc:" }, uid: { claim: "sub" } },
  };
  const { audienceMatchPolicy: _, ...read } = whole.issuer;
  expect(parseAuthentication(config(whole))).toEqual({ ok: true, jwt: [{ ...whole, issuer: read }] });
});

test("Kubernetes' CEL expressions are accepted", () => {
  const whole = {
    issuer,
    claimValidationRules: [{ expression: "claims.email_verified == true", message: "verify it" }],
    claimMappings: {
      username: { expression: "claims.email" },
      groups: { expression: "claims.roles.split(',')" },
      uid: { expression: "claims.sub" },
      extra: [team],
    },
    userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: "no" }],
  };
  expect(parseAuthentication(config(whole))).toEqual({ ok: true, jwt: [whole] });
});

const cases: readonly [string, unknown, string][] = [
  ["no object", "x", "is an object"],
  ["another kind", { ...config(), kind: "Config" }, "kind AuthenticationConfiguration"],
  ["anonymous", { ...config(), anonymous: { enabled: true } }, "anonymous: is not supported by this server"],
  ["plain http", config({ ...jwt, issuer: { ...issuer, url: "http://x" } }), "jwt[0].issuer.url: is an https://"],
  ["no audience", config({ ...jwt, issuer: { ...issuer, audiences: [] } }), "names one at least"],
  ["two audiences without a policy", config({ ...jwt, issuer: { ...issuer, audiences: ["a", "b"] } }), "MatchAny"],
  ["an expression with a prefix", mapped({ expression: "claims.sub", prefix: "" }), "prefix: may not be specified"],
  ["an expression beside a claim", mapped({ expression: "claims.sub", claim: "sub" }), "can't both be set"],
  ["an expression that is none", mapped({ expression: "claims.sub +" }), "username.expression: compilation failed"],
  ["an expression of something else", mapped({ expression: "user.uid" }), "undeclared reference to 'user'"],
  ["an email that nobody verified", mapped({ expression: "claims.email" }), "claims.email_verified must be used"],
  ["an optional one", mapped({ expression: 'claims.?email.orValue("")' }), "claims.email_verified must be used"],
  ["no prefix", config({ issuer, claimMappings: { username: { claim: "sub" } } }), "username.prefix: is a text"],
  ["a rule that is not a boolean", ruled({ expression: "claims.hd" }), "must evaluate to bool"],
  ["a rule for nothing", ruled({ message: "no" }), "expression: is a text"],
  ["a rule of both", ruled({ claim: "hd", requiredValue: "x", expression: "true" }), "can't both be set"],
  ["a message without an expression", ruled({ claim: "hd", message: "x" }), "message: may not be specified"],
  ["the same rule twice", ruled({ expression: "true" }, { expression: "true" }), "is there twice"],
  [
    "a rule of users that asks for claims",
    config({ ...jwt, userValidationRules: [{ expression: "claims.x" }] }),
    "'claims'",
  ],
  ["a key of no domain", extra("team", "claims.team"), "must be a domain-prefixed path"],
  ["a key of Kubernetes'", extra("a.kubernetes.io/x", "claims.team"), "are reserved for Kubernetes use"],
  ["a key in capitals", extra("example.org/Team", "claims.team"), "must be lowercase"],
  ["a key twice", config({ issuer, claimMappings: { username, extra: [team, team] } }), "is there twice"],
  [
    "a document at the issuer's own url",
    config({ ...jwt, issuer: { ...issuer, discoveryURL: `${issuer.url}/` } }),
    "must be different",
  ],
  ["two of one issuer", config(jwt, jwt), "two issuers have the url"],
];
test.each(cases)("%s is refused", (_title, value, why) => {
  expect(parseAuthentication(value)).toEqual({ ok: false, message: expect.stringContaining(why) });
});
