import { expect, test } from "vitest";
import { authorizationResponse, authorizationUrl, identityToken, tokenRequest } from "./authorization.ts";

const pending = {
  with: {
    issuer: "https://issuer.example",
    clientId: "page",
    authorizationEndpoint: "https://issuer.example/authorize?tenant=a",
    tokenEndpoint: "https://issuer.example/token",
    scope: "openid email",
  },
  state: "s",
  nonce: "n",
  // RFC 7636, appendix B.
  verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  hash: "#/",
  remember: false,
};
const here = "https://plane.example/dashboard/";

test("a sign-in sends a PKCE challenge and returns with a code", async () => {
  const url = new URL(await authorizationUrl(pending, here));
  expect(Object.fromEntries(url.searchParams)).toEqual({
    tenant: "a",
    response_type: "code",
    client_id: "page",
    redirect_uri: here,
    scope: "openid email",
    state: "s",
    nonce: "n",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  });
  expect(authorizationResponse("?code=c&state=s", pending)).toEqual({ code: "c" });
  const body = new URLSearchParams(await tokenRequest("c", pending, here).text());
  expect(Object.fromEntries(body)).toEqual({
    grant_type: "authorization_code",
    client_id: "page",
    redirect_uri: here,
    code: "c",
    code_verifier: pending.verifier,
  });
});

test.each([
  ["", pending, undefined],
  ["?theme=dark", pending, undefined],
  ["?code=c&state=other", pending, { problem: expect.stringContaining("not begun here") }],
  ["?code=c", pending, { problem: expect.stringContaining("not begun here") }],
  ["?code=c&state=s", undefined, { problem: expect.stringContaining("not begun here") }],
  [
    "?error=access_denied&error_description=no+way&state=s",
    pending,
    { problem: "https://issuer.example refuses: no way" },
  ],
])("the redirect address %s is interpreted with and without a sign-in in progress", (search, known, came) => {
  expect(authorizationResponse(search, known)).toEqual(came);
});

const tokenWith = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;
test.each<[unknown, object]>([
  [{ id_token: tokenWith({ nonce: "n" }) }, { token: tokenWith({ nonce: "n" }) }],
  [{ id_token: tokenWith({ nonce: "other" }) }, { problem: expect.stringContaining("another sign-in") }],
  [{ id_token: "nothing" }, { problem: expect.stringContaining("another sign-in") }],
  [{ error: "invalid_grant" }, { problem: "https://issuer.example gives no token: invalid_grant" }],
  [undefined, { problem: expect.stringContaining("it says nothing why") }],
])("the answer %j is accepted only if it belongs to this sign-in", (answer, taken) => {
  expect(identityToken(answer, pending)).toEqual(taken);
});
