import { expect, test } from "vitest";
import { namespaceOf } from "./token-claims.ts";

const tokenOf = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

test.each([
  ["a service account's token", tokenOf({ sub: "system:serviceaccount:shop:viewer" }), "shop"],
  ["somebody else's", tokenOf({ sub: "jane" }), undefined],
  ["one that says nothing", tokenOf(null), undefined],
  ["what is no JSON Web Token", "dDh3xY", undefined],
])("of %s the namespace is known that it is of, or none", (_, token, namespace) =>
  expect(namespaceOf(token)).toBe(namespace),
);
