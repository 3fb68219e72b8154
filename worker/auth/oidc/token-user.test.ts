import { describe, expect, test } from "vitest";
import { tokenUser } from "./token-user.ts";

const now = 1_700_000_000_000;
const seconds = now / 1000;
const claims = {
  iss: "https://issuer.example",
  aud: "sailplane",
  exp: seconds + 60,
  sub: "42",
  email: "ann@example.com",
  groups: ["dev", "ops"],
};
const authenticator = {
  issuer: { url: "https://issuer.example", audiences: ["sailplane", "kubernetes"] },
  claimMappings: { username: { claim: "email", prefix: "" }, groups: { claim: "groups", prefix: "oidc:" } },
};
const of = (more: object, rules: object = {}) => tokenUser({ ...claims, ...more }, { ...authenticator, ...rules }, now);

describe("AUTH-OIDC-CLAIMS: a token identifies", () => {
  test("the user and the groups that its claims name, with their prefixes", () => {
    expect(of({ jti: "7" })).toEqual({
      ok: true,
      user: {
        name: "ann@example.com",
        groups: ["oidc:dev", "oidc:ops", "system:authenticated"],
        extra: { "authentication.kubernetes.io/credential-id": ["JTI=7"] },
      },
    });
  });

  test("one group if the claim is a string, none if it is missing", () => {
    expect(of({ groups: "admin" })).toMatchObject({ user: { groups: ["oidc:admin", "system:authenticated"] } });
    expect(of({ groups: undefined })).toMatchObject({ user: { groups: ["system:authenticated"] } });
  });

  test("as authenticated once, also if its groups say so", () => {
    const claimMappings = { username: { claim: "email", prefix: "" }, groups: { claim: "groups", prefix: "" } };
    for (const group of ["system:authenticated", "system:unauthenticated"])
      expect(of({ groups: [group, "dev"] }, { claimMappings })).toMatchObject({ user: { groups: [group, "dev"] } });
  });

  test("a UID from a configured claim, which must be there", () => {
    const claimMappings = { ...authenticator.claimMappings, uid: { claim: "sub" } };
    expect(of({}, { claimMappings })).toMatchObject({ user: { uid: "42" } });
    expect(of({ sub: undefined }, { claimMappings })).toMatchObject({ ok: false });
  });

  test("nothing else", () => {
    for (const more of [{}, { jti: "" }, { jti: 7 }])
      expect(of({ ...more, groups: [] })).toEqual({
        ok: true,
        user: { name: "ann@example.com", groups: ["system:authenticated"] },
      });
  });
});

const cases: readonly [string, object, string][] = [
  ["another issuer", { iss: "https://issuer.example/" }, "was issued by"],
  ["another audience", { aud: ["others"] }, "expected audience"],
  ["no audience", { aud: undefined }, "expected audience"],
  ["a time that is over", { exp: seconds }, "token is expired"],
  ["no end", { exp: undefined }, "token is expired"],
  ["a time to come", { nbf: seconds + 301 }, "not valid yet"],
  ["no user", { email: undefined }, 'username claim "email"'],
  ["an empty user", { email: "" }, "is empty"],
  ["an email that is not verified", { email_verified: false }, "email not verified"],
  ["an email whose email_verified is not a boolean", { email_verified: "true" }, "email not verified"],
  ["groups that are none", { groups: [1] }, 'groups claim "groups"'],
];
test.each(cases)("AUTH-OIDC: a token of %s is refused", (_title, more, why) => {
  expect(of(more)).toEqual({ ok: false, error: expect.stringContaining(why) });
});

test("AUTH-OIDC: one matching audience, a clock difference of five minutes, and a verified email are accepted", () => {
  for (const more of [{ aud: ["x", "kubernetes"] }, { nbf: seconds + 300 }, { email_verified: true }])
    expect(of(more)).toMatchObject({ ok: true });
});

test("AUTH-OIDC-CLAIMS: required claims must have the configured values", () => {
  const rules = { claimValidationRules: [{ claim: "hd", requiredValue: "example.com" }] };
  expect(of({}, rules)).toMatchObject({ ok: false });
  expect(of({ hd: "other.example" }, rules)).toMatchObject({ ok: false });
  expect(of({ hd: "example.com" }, rules)).toMatchObject({ ok: true });
});

describe("AUTH-OIDC-CLAIMS: claim expressions", () => {
  const mapping = (claimMappings: object) => ({
    claimMappings: { username: { expression: "claims.sub" }, ...claimMappings },
  });

  test("claims become names, groups, a uid and more", () => {
    const rules = mapping({
      username: { expression: 'claims.?nick.orValue("id:" + claims.sub)' },
      groups: { expression: 'claims.groups.map(group, "oidc:" + group)' },
      uid: { expression: "claims.sub" },
      extra: [
        { key: "example.org/team", valueExpression: "claims.team" },
        { key: "example.org/one", valueExpression: "claims.email" },
        { key: "example.org/none", valueExpression: '""' },
      ],
    });
    expect(of({ team: ["a", "", "b"] }, rules)).toEqual({
      ok: true,
      user: {
        name: "id:42",
        uid: "42",
        groups: ["oidc:dev", "oidc:ops", "system:authenticated"],
        extra: { "example.org/team": ["a", "b"], "example.org/one": ["ann@example.com"] },
      },
    });
    expect(of({ nick: "ann", team: "a" }, rules)).toMatchObject({ user: { name: "ann" } });
  });

  const broken: readonly [string, object, string][] = [
    ["a claim that is not there", mapping({ username: { expression: "claims.nick" } }), "no such key: nick"],
    ["a user name that is not a string", mapping({ username: { expression: "claims.exp" } }), "must return a string"],
    ["no user", mapping({ username: { expression: '""' } }), "the username is empty"],
    ["groups that are numbers", mapping({ groups: { expression: "[1]" } }), "a string or a list of strings"],
    [
      "an extra value that is a number",
      mapping({ extra: [{ key: "example.org/id", valueExpression: "1" }] }),
      "a string or a list of strings",
    ],
    [
      "a rule that does not hold",
      { ...mapping({}), claimValidationRules: [{ expression: "claims.sub == '7'", message: "who is it?" }] },
      "failed: who is it?",
    ],
    [
      "a user that a rule rejects",
      { ...mapping({}), userValidationRules: [{ expression: "user.username.startsWith('a')", message: "no" }] },
      "failed: no",
    ],
    [
      "a rule that fails",
      { ...mapping({}), userValidationRules: [{ expression: "user.uid == '1'" }] },
      "no such key: uid",
    ],
  ];
  test.each(broken)("%s is refused", (_title, rules, why) => {
    expect(of({}, rules)).toEqual({ ok: false, error: expect.stringContaining(why) });
  });

  test("user validation rules run before system:authenticated is added", () => {
    const userValidationRules = [{ expression: 'user.groups == ["dev"] && user.username == "42"' }];
    const rules = { ...mapping({ groups: { expression: "claims.groups[0]" } }), userValidationRules };
    expect(of({}, rules)).toMatchObject({ ok: true });
  });
});
