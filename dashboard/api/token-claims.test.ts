import { expect, test } from "vitest";
import { namespaceOf } from "./token-claims.ts";

const tokenOf = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

test.each([
  ["a service account's token", tokenOf({ sub: "system:serviceaccount:shop:viewer" }), "shop"],
  ["a token of another user", tokenOf({ sub: "jane" }), undefined],
  ["a token without claims", tokenOf(null), undefined],
  ["something other than a JSON Web Token", "dDh3xY", undefined],
])("the namespace of %s is found, if it has one", (_, token, namespace) => expect(namespaceOf(token)).toBe(namespace));
