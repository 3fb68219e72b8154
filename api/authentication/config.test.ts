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

test("a configuration of Kubernetes' is read", () => {
  const whole = {
    issuer: { ...issuer, audiences: ["a", "b"], audienceMatchPolicy: "MatchAny", discoveryURL: "https://d.example/x" },
    claimValidationRules: [{ claim: "hd", requiredValue: "example.com" }],
    claimMappings: { username, groups: { claim: "groups", prefix: "oidc:" }, uid: { claim: "sub" } },
  };
  const { audienceMatchPolicy: _, ...read } = whole.issuer;
  expect(parseAuthentication(config(whole))).toEqual({ ok: true, jwt: [{ ...whole, issuer: read }] });
});

const cases: readonly [string, unknown, string][] = [
  ["no object", "x", "is an object"],
  ["another kind", { ...config(), kind: "Config" }, "kind AuthenticationConfiguration"],
  ["anonymous", { ...config(), anonymous: { enabled: true } }, "anonymous: is not supported by this server"],
  ["plain http", config({ ...jwt, issuer: { ...issuer, url: "http://x" } }), "jwt[0].issuer.url: is an https://"],
  ["no audience", config({ ...jwt, issuer: { ...issuer, audiences: [] } }), "names one at least"],
  ["two audiences without a policy", config({ ...jwt, issuer: { ...issuer, audiences: ["a", "b"] } }), "MatchAny"],
  [
    "an expression",
    config({ issuer, claimMappings: { username: { expression: "claims.sub" } } }),
    "expression: is not",
  ],
  ["no prefix", config({ issuer, claimMappings: { username: { claim: "sub" } } }), "username.prefix: is a text"],
  ["rules by expression", config({ ...jwt, userValidationRules: [] }), "userValidationRules: is not supported"],
  ["two of one issuer", config(jwt, jwt), "two issuers have the url"],
];
test.each(cases)("%s is refused", (_title, value, why) => {
  expect(parseAuthentication(value)).toEqual({ ok: false, message: expect.stringContaining(why) });
});
