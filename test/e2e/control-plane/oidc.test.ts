import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority, createServingCertificate } from "../../../cli/control-plane/certificates.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { hasBrowser, startBrowser } from "../dashboard/browser.ts";
import { callApi } from "../rig/api-call.ts";
import { Cluster, launcher } from "../rig/cluster.ts";
import { runCommand } from "../rig/run-command.ts";

const scratch = temporaryDirectory();
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An issuer whose certificate is signed by an authority of its own. */
let issuer: Server;
let url = "";
let cluster: Cluster;

beforeAll(async () => {
  const now = new Date();
  const authority = createAuthority(now);
  const serving = createServingCertificate(authority.key, [{ type: "ip", value: "127.0.0.1" }], now);
  issuer = createServer({ key: serving.key, cert: serving.certificate }, async (request, response) => {
    const requested = new URL(request.url ?? "/", url);
    if (requested.pathname === "/authorize") {
      const location = authorize(requested.searchParams);
      response.writeHead(302, { location }).end();
      return;
    }
    const sent = requested.pathname === "/token" ? new URLSearchParams(await text(request)) : undefined;
    const body = sent ? exchange(sent) : documents()[requested.pathname];
    const headers = { "content-type": "application/json", "access-control-allow-origin": "*" };
    response.writeHead(200, headers).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const config = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: [
      {
        issuer: { url, audiences: ["sailplane"], certificateAuthority: authority.certificate },
        claimMappings: { username: { claim: "email", prefix: "" }, groups: { claim: "groups", prefix: "oidc:" } },
      },
    ],
  };
  writeFileSync(`${scratch}/authentication.yaml`, JSON.stringify(config));
  const options = ["--authentication-config", `${scratch}/authentication.yaml`];
  cluster = await Cluster.start({ agent: false, options });
});
afterAll(async () => {
  await cluster.remove();
  issuer.close();
  rmSync(scratch, { recursive: true });
});

const documents = (): Record<string, object> => ({
  "/keys": { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" }] },
  "/.well-known/openid-configuration": {
    issuer: url,
    jwks_uri: `${url}/keys`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    scopes_supported: ["openid", "email"],
  },
});

/** Users are not asked to log in: the browser is redirected back at once. */
let begun = new URLSearchParams();
function authorize(query: URLSearchParams): string {
  begun = query;
  return `${query.get("redirect_uri")}?${new URLSearchParams({ code: "once", state: query.get("state") ?? "" })}`;
}

/** Checks the proof of a public client that it is the one that began. */
function exchange(sent: URLSearchParams): object {
  const challenge = createHash("sha256")
    .update(sent.get("code_verifier") ?? "")
    .digest("base64url");
  const same = ["client_id", "redirect_uri"].every((name) => sent.get(name) === begun.get(name));
  if (sent.get("code") !== "once" || !same || challenge !== begun.get("code_challenge"))
    return { error: "invalid_grant" };
  const ann = { email: "ann@example.com", email_verified: true, groups: ["dev"], nonce: begun.get("nonce") };
  return { id_token: tokenOf(ann), token_type: "Bearer" };
}

function tokenOf(claims: object): string {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const text = `${part({ alg: "RS256", kid: "k" })}.${part({ iss: url, aud: "sailplane", exp, ...claims })}`;
  return `${text}.${createSign("sha256").update(text).sign(privateKey, "base64url")}`;
}

/** Like a user, without any credential of the kubeconfig. */
const as = (claims: object, command: string) => {
  const environment = { KUBECONFIG: "/dev/null" };
  const token = tokenOf(claims);
  return cluster.kubectl([...command.split(" "), ...connection(), `--token=${token}`], { environment });
};
const connection = () => [`--server=${server}`, `--certificate-authority=${cluster.directory}/ca.crt`];
let server = "";

test("AUTH-OIDC, AUTH-OIDC-CLAIMS: a user of the issuer gets name and groups from the claims, and the groups' permissions", async () => {
  server = await cluster.output("config view -o jsonpath={.clusters[0].cluster.server}");
  const ann = { email: "ann@example.com", email_verified: true, groups: ["dev"] };
  const who = await as(ann, "auth whoami -o json");
  expect(JSON.parse(who.stdout).status.userInfo).toEqual({
    username: "ann@example.com",
    groups: ["oidc:dev", "system:authenticated"],
  });
  expect((await as(ann, "get configmaps")).stderr).toContain(
    'User "ann@example.com" cannot list resource "configmaps"',
  );
  await cluster.output("create clusterrolebinding dev --clusterrole=view --group=oidc:dev");
  expect((await as(ann, "get configmaps")).code).toBe(0);
  expect((await as({ ...ann, groups: ["ops"] }, "get configmaps")).code).toBe(1);

  const refused = "You must be logged in to the server";
  expect((await as({ ...ann, aud: "others" }, "get configmaps")).stderr).toContain(refused);
  expect((await as({ ...ann, exp: 1 }, "get configmaps")).stderr).toContain(refused);
  expect((await as({ ...ann, email_verified: false }, "get configmaps")).stderr).toContain(refused);
});

test("AUTH-OIDC-CLUSTER: a named cluster trusts its own issuers, which its dashboard offers at once, and no other cluster's", async () => {
  const directory = `${cluster.directory}/clusters/team`;
  const sailplane = (...words: string[]) =>
    runCommand([process.execPath, launcher, "cluster", ...words, "-d", cluster.directory], { seconds: 20 });
  expect((await sailplane("create", "team")).code).toBe(0);
  const whoami = (claims: object) =>
    cluster.kubectl(
      [
        ...["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"],
        ...[`--server=${server}/clusters/team`, `--certificate-authority=${cluster.directory}/ca.crt`],
        `--token=${tokenOf(claims)}`,
      ],
      { environment: { KUBECONFIG: "/dev/null" } },
    );
  const ann = { sub: "ann", email: "ann@example.com" };
  const signInWith = async () =>
    JSON.parse((await callApi(cluster, "/clusters/team/dashboard/issuers.json")).text).map(
      ({ issuer }: { readonly issuer: string }) => issuer,
    );
  expect((await whoami(ann)).code).toBe(1);
  expect(await signInWith()).toEqual([]);

  const jwt = [
    { issuer: { url, audiences: ["sailplane"] }, claimMappings: { username: { expression: '"team:" + claims.sub' } } },
  ];
  const configuration = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration", jwt };
  writeFileSync(`${scratch}/team.yaml`, JSON.stringify(configuration));
  const { stdout } = await sailplane("authentication", "team", "--authentication-config", `${scratch}/team.yaml`);
  expect(stdout).toBe(`Cluster team trusts ${url}.\n`);
  expect(await signInWith()).toEqual([url]);
  expect((await whoami(ann)).stdout).toBe("team:ann");
  expect((await as(ann, "auth whoami -o jsonpath={.status.userInfo.username}")).stdout).toBe("ann@example.com");

  // Its administrator is unchanged; without an issuer there are no other users.
  const environment = { KUBECONFIG: `${directory}/kubeconfig` };
  expect((await cluster.kubectl("get namespaces", { environment })).code).toBe(0);
  writeFileSync(`${scratch}/team.yaml`, JSON.stringify({ ...configuration, jwt: [] }));
  await sailplane("authentication", "team", "--authentication-config", `${scratch}/team.yaml`);
  expect(await signInWith()).toEqual([]);
  expect((await whoami(ann)).code).toBe(1);
});

test.skipIf(!hasBrowser)(
  "AUTH-BROWSER: the dashboard signs in with the issuer without a client secret, under its content security policy",
  async () => {
    const browser = await startBrowser();
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    const problems: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    const served = await page.goto(`${server}/dashboard/#/kinds`);
    expect(served?.headers()["content-security-policy"]).toContain(`connect-src 'self' ${url};`);
    await page.getByRole("button", { name: `Sign in with ${new URL(url).host}` }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    // No code remains in the address, and the requested view is shown.
    await expect.poll(() => page.url()).toBe(`${server}/dashboard/#/kinds`);
    expect(problems).toEqual([]);
    // A login that another browser began is not completed.
    await page.goto(`${server}/dashboard/?code=theirs&state=theirs`);
    await page.getByText("This sign-in was not begun here.").waitFor();
    await browser.close();
  },
);
