import { expect, test } from "vitest";
import { tokenOf } from "./kubeconfig-token.ts";

const kubeconfig = `
current-context: b
contexts: [{name: a, context: {user: ann}}, {name: b, context: {user: bob}}]
users: [{name: ann, user: {token: t-ann}}, {name: bob, user: {token: t-bob}}]
`;

test("a single word is a token", async () => {
  expect(await tokenOf("  abc.def\n")).toEqual({ token: "abc.def" });
});

test("a kubeconfig yields the token of the current context's user", async () => {
  expect(await tokenOf(kubeconfig)).toEqual({ token: "t-bob" });
});

test.each([
  ["nothing", " ", /Paste a token/],
  ["prose", "hello there: {", /neither a token/],
  ["another document", "kind: Pod\nmetadata: {}", /lists no users/],
  ["a user with a certificate", "users: [{name: x, user: {client-key-data: abc}}]", /no token/],
])("%s is refused with a reason", async (_, text, reason) => {
  expect(await tokenOf(text)).toEqual({ problem: expect.stringMatching(reason) });
});
