import { expect, test } from "vitest";
import { signInIssuers, tokenOrigins } from "./sign-in-issuers.ts";

const now = 1_700_000_000_000;
const authenticator = (url: string) => ({
  issuer: { url, audiences: ["page", "kubectl"] },
  claimMappings: { username: { claim: "sub", prefix: "" } },
});
const documents: Record<string, object> = {
  "https://good.example/.well-known/openid-configuration": {
    issuer: "https://good.example",
    authorization_endpoint: "https://good.example/authorize",
    token_endpoint: "https://tokens.good.example/token",
    scopes_supported: ["openid", "email", "groups", "offline_access"],
  },
  "https://plain.example/.well-known/openid-configuration": {
    issuer: "https://plain.example",
    authorization_endpoint: "http://plain.example/authorize",
    token_endpoint: "https://plain.example/token",
  },
  "https://odd.example/.well-known/openid-configuration": {
    issuer: "https://odd.example",
    authorization_endpoint: "https://odd.example/authorize",
    token_endpoint: 7,
    scopes_supported: null,
  },
  "https://false.example/.well-known/openid-configuration": {
    issuer: "https://good.example",
    authorization_endpoint: "https://false.example/authorize",
    token_endpoint: "https://false.example/token",
  },
};

function asking(cluster: string, at = now) {
  const requests: string[] = [];
  const fetch = async (url: string) => {
    requests.push(url);
    const document = documents[url];
    return document ? Response.json(document) : new Response("", { status: 503 });
  };
  return { requests, at: { cluster, now: at, fetch } };
}

test("AUTH-BROWSER: an issuer is listed with its client, its endpoints and its supported scopes", async () => {
  const found = await signInIssuers([authenticator("https://good.example")], asking("a").at);
  expect(found).toEqual([
    {
      issuer: "https://good.example",
      clientId: "page",
      authorizationEndpoint: "https://good.example/authorize",
      tokenEndpoint: "https://tokens.good.example/token",
      scope: "openid email groups",
    },
  ]);
  expect(tokenOrigins(found)).toEqual(["https://tokens.good.example"]);
});

test("AUTH-BROWSER: an issuer without TLS, with another name, unreachable, or without a discovery document is not listed", async () => {
  const urls = ["plain.example", "odd.example", "false.example", "away.example", "team.cloudflareaccess.com"];
  const { requests, at } = asking("b");
  const found = await signInIssuers(
    urls.map((host) => authenticator(`https://${host}`)),
    at,
  );
  expect(found).toEqual([]);
  expect(requests).not.toContainEqual(expect.stringContaining("cloudflareaccess"));
});

test("AUTH-BROWSER: issuers are queried once an hour, and every ten seconds if they do not answer", async () => {
  const { requests, at } = asking("c");
  const two = [authenticator("https://good.example"), authenticator("https://away.example")];
  for (const seconds of [0, 1, 9, 10, 3599]) await signInIssuers(two, { ...at, now: now + seconds * 1000 });
  const times = (host: string) => requests.filter((url) => url.includes(host)).length;
  expect([times("good"), times("away")]).toEqual([1, 3]);
  await signInIssuers(two, { ...at, now: now + 3_600_000 });
  expect(times("good")).toBe(2);
});
