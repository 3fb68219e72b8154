import { expect, test } from "vitest";
import { Attempts } from "../attempts.ts";
import { AUTHENTICATED, MASTERS, type User } from "../user.ts";
import { joinRefusal } from "./join-right.ts";
import type { NodeCredential } from "./node-credential.ts";

const now = Date.parse("2026-11-01T00:00:00Z");
const credential = (expires: string): NodeCredential => ({ metadata: { name: "n1" }, sha256: "", expires });
const living = credential("2027-01-01T00:00:00Z");
const expired = credential("2026-10-01T00:00:00Z");

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, AUTHENTICATED] });
const admin = user("admin", MASTERS);
const bootstrap = user("system:bootstrap:abcdef", "system:bootstrappers");

const cases: readonly (readonly [string, User, NodeCredential | undefined, number | undefined])[] = [
  ["an administrator takes over a node", admin, living, undefined],
  ["a bootstrap token makes a new node", bootstrap, undefined, undefined],
  ["a bootstrap token cannot take over a living node", bootstrap, living, 409],
  ["a bootstrap token brings back a node whose credential has expired", bootstrap, expired, undefined],
  ["a node renews its own credential", user("system:node:n1", "system:nodes"), living, undefined],
  ["a node cannot have another's", user("system:node:n2", "system:nodes"), living, 403],
  ["nobody else joins nodes", user("jo"), undefined, 403],
];

test.each(cases)("%s", (_, who, known, code) => {
  expect(joinRefusal(who, "n1", { known, count: 19_999, now })?.code).toBe(code);
});

test("NODE-JOIN: a bootstrap token makes no more than 20,000 nodes", () => {
  const joined = { known: undefined, count: 20_000, now };
  expect(joinRefusal(bootstrap, "n1", joined)?.code).toBe(403);
  expect(joinRefusal(bootstrap, "n1", { ...joined, known: expired })).toBeUndefined();
  expect(joinRefusal(admin, "n1", joined)).toBeUndefined();
});

test("attempts are limited and replenished over time, for each client separately", () => {
  const attempts = new Attempts({ burst: 2, perMinute: 6 });
  expect([attempts.take("a", 0), attempts.take("a", 0), attempts.take("a", 0)]).toEqual([0, 0, 10]);
  expect(attempts.take("b", 0)).toBe(0);
  expect(attempts.take("a", 9_000)).toBe(1);
  expect(attempts.take("a", 10_000)).toBe(0);
});
