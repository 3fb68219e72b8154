import { createPublicKey, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { issuerOf, issuersOf, verifyOidcToken } from "./verify.ts";

const now = 1_700_000_000_000;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
}
const rsa = (kid: string): Key => ({
  kid,
  alg: "RS256",
  privateKey: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
});
const ec = (kid: string): Key => ({
  kid,
  alg: "ES256",
  privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
});

function sign({ kid, alg, privateKey }: Key, claims: object, head: object = { kid }): string {
  const text = `${part({ alg, ...head })}.${part(claims)}`;
  const signature = createSign("sha256")
    .update(text)
    .sign({ key: privateKey, ...(alg === "ES256" && { dsaEncoding: "ieee-p1363" as const }) });
  return `${text}.${signature.toString("base64url")}`;
}

let made = 0;
/** An issuer with replaceable keys that counts how often they are fetched. */
function newIssuer(...keys: Key[]) {
  const url = `https://issuer-${made++}.example`;
  const requests: string[] = [];
  const state = { keys, up: true };
  const fetch = async (at: string) => {
    requests.push(at.slice(url.length));
    if (!state.up) return new Response("", { status: 503 });
    if (at.endsWith("/.well-known/openid-configuration"))
      return Response.json({ issuer: url, jwks_uri: `${url}/keys` });
    return Response.json({
      keys: state.keys.map(({ kid, alg, privateKey }) => ({
        ...createPublicKey(privateKey).export({ format: "jwk" }),
        kid,
        alg,
        use: "sig",
      })),
    });
  };
  const authenticator = {
    issuer: { url, audiences: ["sailplane"] },
    claimMappings: { username: { claim: "sub", prefix: "oidc:" } },
  };
  const claims = { iss: url, aud: "sailplane", exp: now / 1000 + 600, sub: "ann" };
  const verify = (token: string, at = now) =>
    verifyOidcToken(token, authenticator, { cluster: "default", now: at, fetch });
  return { url, requests, state, claims, authenticator, fetch, verify };
}

describe("AUTH-OIDC, AUTH-OIDC-KEYS: a token of an issuer", () => {
  test.each([rsa("r"), ec("e")])("signed with $alg is valid; keys are fetched and it is checked once", async (key) => {
    const { requests, claims, verify } = newIssuer(ec("other"), key);
    const token = sign(key, claims);
    const checks = vi.spyOn(crypto.subtle, "verify");
    for (const at of [now, now + 1, now + 11_000])
      expect(await verify(token, at)).toMatchObject({ ok: true, user: { name: "oidc:ann" } });
    expect(checks).toHaveBeenCalledTimes(1);
    checks.mockRestore();
    expect(await verify(sign(key, { ...claims, sub: "bob" }), now + 12_000)).toMatchObject({ ok: true });
    expect(requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test("that names no key may be signed with any; one that names a key is signed with that one", async () => {
    const [first, second] = [ec("1"), ec("2")];
    const { claims, verify } = newIssuer(first, second);
    expect((await verify(sign(second, claims, {}))).ok).toBe(true);
    expect((await verify(sign(second, claims, { kid: "1" }))).ok).toBe(false);
  });

  test("is not accepted in a cluster just because another cluster knows other keys of the issuer", async () => {
    const [theirs, forged] = [ec("k"), ec("k")];
    const { claims, authenticator, verify } = newIssuer(theirs);
    const { fetch } = newIssuer(forged);
    const told = async (at: string) =>
      at.endsWith("/keys") ? fetch(at) : Response.json({ issuer: claims.iss, jwks_uri: "https://evil.example/keys" });
    const token = sign(forged, claims);
    const elsewhere = { cluster: "evil", now, fetch: told };
    expect((await verifyOidcToken(token, authenticator, elsewhere)).ok).toBe(true);
    expect((await verify(token)).ok).toBe(false);
  });

  test("that was cached is invalid after its expiry", async () => {
    const key = ec("e");
    const { claims, verify } = newIssuer(key);
    const token = sign(key, claims);
    expect((await verify(token)).ok).toBe(true);
    const refused = { error: expect.stringContaining("token is expired") };
    expect(await verify(token, now + 601_000)).toMatchObject({ ok: false, refused });
  });

  test("signed with a newer key is valid; unknown keys do not cause constant fetching", async () => {
    const [first, second] = [ec("1"), ec("2")];
    const { requests, claims, state, verify } = newIssuer(first);
    expect((await verify(sign(first, claims))).ok).toBe(true);
    state.keys = [second];
    expect((await verify(sign(second, claims), now + 1000)).ok).toBe(false);
    expect((await verify(sign(second, claims), now + 11_000)).ok).toBe(true);
    expect((await verify(sign(first, { ...claims, sub: "bob" }), now + 12_000)).ok).toBe(false);
    expect(requests).toHaveLength(4);
  });

  test("is valid in each of several requests that begin at once, also if its key is new; keys are fetched once", async () => {
    const [first, second] = [ec("1"), ec("2")];
    const { requests, claims, state, verify } = newIssuer(first);
    const atOnce = async (key: Key, at: number) => {
      const tokens = ["ann", "bob", "eve"].map((sub) => sign(key, { ...claims, sub }));
      return (await Promise.all(tokens.map((token) => verify(token, at)))).map(({ ok }) => ok);
    };
    expect(await atOnce(first, now)).toEqual([true, true, true]);
    state.keys = [second];
    expect(await atOnce(second, now + 11_000)).toEqual([true, true, true]);
    expect(requests).toHaveLength(4);
  });

  test("is refused after a while if the request that fetches the keys was cancelled", async () => {
    const key = ec("e");
    const { authenticator, claims, verify } = newIssuer(key);
    const fetch = () => new Promise<Response>(() => {});
    void verifyOidcToken(sign(key, claims), authenticator, { cluster: "default", now, fetch });
    vi.useFakeTimers();
    const waiting = verify(sign(key, claims), now + 1);
    await vi.advanceTimersByTimeAsync(10_100);
    vi.useRealTimers();
    expect((await waiting).ok).toBe(false);
    expect((await verify(sign(key, claims), now + 10_000)).ok).toBe(true);
  });

  test("is valid with already fetched keys if the issuer is unreachable", async () => {
    const key = ec("e");
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { claims, state, verify } = newIssuer(key);
    expect((await verify(sign(key, claims))).ok).toBe(true);
    state.up = false;
    const later = sign(key, { ...claims, exp: now / 1000 + 7200 });
    expect((await verify(later, now + 3_700_000)).ok).toBe(true);
    log.mockRestore();
  });

  test("with another signature, another algorithm, or none, is refused", async () => {
    const [key, other] = [rsa("k"), rsa("k")];
    const { claims, verify } = newIssuer(key);
    const good = sign(key, claims);
    const [head, , signature] = good.split(".");
    const tokens = [
      sign(other, claims),
      `${head}.${part({ ...claims, sub: "root" })}.${signature}`,
      `${part({ alg: "none", kid: "k" })}.${part(claims)}.`,
      `${part({ alg: "HS256", kid: "k" })}.${part(claims)}.${signature}`,
      `${part({ alg: "RS512", kid: "k" })}.${part(claims)}.${signature}`,
      `${part({ alg: "toString", kid: "k" })}.${part(claims)}.${signature}`,
      `x.${part(claims)}.${signature}`,
    ];
    for (const token of tokens) expect([token, (await verify(token)).ok]).toEqual([token, false]);
  });

  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) }));

  test.each([
    ["null", () => Response.json(null)],
    ["no list", () => Response.json({})],
    ["keys that are no objects", () => Response.json({ keys: [null, "x"] })],
    ["no end", endless],
  ])("whose key set is %s is refused", async (_, keySet) => {
    const key = ec("e");
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { claims, authenticator, fetch } = newIssuer(key);
    const told = async (at: string) => (at.endsWith("/keys") ? keySet() : fetch(at));
    const verified = verifyOidcToken(sign(key, claims), authenticator, { cluster: "default", now, fetch: told });
    expect((await verified).ok).toBe(false);
    log.mockRestore();
  });

  test("whose discovery document names another issuer is refused", async () => {
    const key = ec("e");
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { claims, authenticator } = newIssuer(key);
    const fetch = async () => Response.json({ issuer: "https://evil.example", jwks_uri: "https://evil.example/keys" });
    expect((await verifyOidcToken(sign(key, claims), authenticator, { cluster: "default", now, fetch })).ok).toBe(
      false,
    );
    log.mockRestore();
  });
});

test("a token's issuer is read from the token, and must be a trusted one", () => {
  const { authenticator, url } = newIssuer();
  const token = `${part({})}.${part({ iss: url })}.x`;
  expect(issuerOf(token, [authenticator])).toBe(authenticator);
  expect(issuerOf(`${part({})}.${part({ iss: "https://other.example" })}.x`, [authenticator])).toBeUndefined();
  expect(issuerOf("not.a.token", [authenticator])).toBeUndefined();
});

test("AUTH-OIDC: the trusted issuers are those of the configuration, which must be valid", () => {
  const configuration = (url: string) =>
    JSON.stringify({
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AuthenticationConfiguration",
      jwt: [{ issuer: { url, audiences: ["a"] }, claimMappings: { username: { claim: "sub", prefix: "" } } }],
    });
  const urls = (text: string | undefined) => issuersOf(text).map(({ issuer }) => issuer.url);
  expect(urls(undefined)).toEqual([]);
  for (const url of ["https://a.example", "https://b.example", "https://a.example"])
    expect(urls(configuration(url))).toEqual([url]);
  expect(() => issuersOf(configuration("http://plain.example"))).toThrow("AUTHENTICATION_CONFIG: ");
});
