import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, expect, it } from "vitest";
import type { ApiRequest } from "../../api/api-request.ts";
import type { TokenReview } from "../../api/generated/authentication.v1.ts";
import type { SubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import { commonName } from "../../api/machinery/x509/certificate.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { serverCertificate } from "../../worker/certificates/server-certificate.ts";
import type { ServeContext } from "../streams/serve-context.ts";
import { KubeletPort } from "./kubelet-port.ts";

const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** For the addresses that its Node has by then. */
async function certify(publicKey: Uint8Array, addresses: readonly string[]): Promise<string> {
  const now = Date.now();
  const known = { name: commonName("ca"), certificate: new Uint8Array(), keyId: new Uint8Array(20), until: now + 1e12 };
  const signWith = { key: authority.privateKey, dsaEncoding: "ieee-p1363" } as const;
  return serverCertificate(
    { subject: "system:node:n", publicKey, names: { dns: [], addresses } },
    {
      authority: known,
      sign: async (bytes) => new Uint8Array(sign("sha256", bytes, signWith)),
      serial: new Uint8Array([7]),
      now,
    },
  );
}

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Known {
  /** Users by token, and what each may do: `get metrics`. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  readonly isAway?: boolean;
}

function open(port: number, { users = {}, isAway = false }: Known = {}) {
  let addresses = ["10.0.0.1"];
  const asked: string[] = [];
  const create = async (_: unknown, object: TokenReview | SubjectAccessReview) => {
    if (isAway) throw new Error("ECONNREFUSED");
    if ("token" in object.spec) {
      const { token } = object.spec;
      asked.push(`who ${token}`);
      const known = Object.hasOwn(users, token);
      return { ok: true, object: { status: known ? { authenticated: true, user: { username: token } } : {} } };
    }
    const { user = "", resourceAttributes: { verb, resource, subresource, name } = {} } = object.spec as {
      user?: string;
      resourceAttributes?: Record<string, string>;
    };
    asked.push(`${user} ${verb} ${resource}/${subresource} ${name}`);
    return { ok: true, object: { status: { allowed: users[user]?.includes(`${verb} ${subresource}`) } } };
  };
  const warned: string[] = [];
  const kubelet = new KubeletPort({
    port,
    nodeName: "n",
    controlPlane: {
      request: async ({ body = "" }: ApiRequest) => {
        const { publicKey } = JSON.parse(body) as { publicKey: string };
        const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), type: "spki", format: "der" });
        const spki = new Uint8Array(key.export({ type: "spki", format: "der" }));
        return { code: 201, body: JSON.stringify({ certificate: await certify(spki, addresses) }) };
      },
    },
    client: { create } as unknown as Pick<ApiClient, "create">,
    context: {
      nodeApi: async (path: string) => ({ status: 200, type: "text/x-metrics", body: `asked for ${path}` }),
    } as unknown as ServeContext,
    log: { info: () => {}, warn: (message) => void warned.push(message) },
  });
  opened.push(kubelet);
  const follow = (...now: string[]) => {
    addresses = now;
    kubelet.follow({ status: { addresses: now.map((address) => ({ type: "InternalIP", address })) } });
  };
  return { asked, warned, follow };
}

interface Got {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
  readonly names: string | undefined;
}

const ask = (port: number, path: string, token?: string, method = "GET"): Promise<Got> =>
  new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const agent = new Agent({ rejectUnauthorized: false, maxCachedSessions: 0 });
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent }, async (response) => {
      const names = (response.socket as TLSSocket).getPeerCertificate().subjectaltname;
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, type: response.headers["content-type"], body, names });
    });
    sent.once("error", reject);
    sent.end();
  });

/** It listens once it has a certificate. */
const until = (port: number, names: string) =>
  expect.poll(() => ask(port, "/").then((got) => got.names, String), { timeout: 5000 }).toBe(names);

it("AGENT-PORT: it answers callers as the API server says who they are and what they may do, and remembers that", async () => {
  const port = await freePort();
  const { asked, follow } = open(port, { users: { scraper: ["get metrics"], admin: ["get proxy", "create proxy"] } });
  await expect(ask(port, "/metrics", "scraper")).rejects.toThrow("ECONNREFUSED");
  follow("10.0.0.1");
  await until(port, "IP Address:10.0.0.1");
  for (let times = 0; times < 2; times++)
    expect(await ask(port, "/metrics/cadvisor?a=b", "scraper")).toMatchObject({
      status: 200,
      type: "text/x-metrics",
      body: "asked for /metrics/cadvisor?a=b",
    });
  expect(asked).toEqual(["who scraper", "scraper get nodes/metrics n"]);
  expect(await ask(port, "/metrics/../pods", "scraper")).toMatchObject({
    status: 403,
    body: "Forbidden (user=scraper, verb=get, resource=nodes, subresource(s)=[pods proxy])\n",
  });
  expect((await ask(port, "/pods", "admin")).body).toBe("asked for /pods");
  expect(asked.slice(-2)).toEqual(["admin get nodes/pods n", "admin get nodes/proxy n"]);
  expect((await ask(port, "/exec/a/b/c", "admin", "POST")).status).toBe(405);
  expect((await ask(port, "/exec/a/b/c", "scraper", "POST")).status).toBe(403);
  for (const token of [undefined, "", "nobody"])
    expect(await ask(port, "/healthz", token)).toMatchObject({ status: 401, body: "Unauthorized" });
});

it("AGENT-PORT: nobody is let in while the API server cannot be asked", async () => {
  const port = await freePort();
  const { follow } = open(port, { isAway: true });
  follow("10.0.0.1");
  await until(port, "IP Address:10.0.0.1");
  expect(await ask(port, "/metrics", "scraper")).toMatchObject({ status: 503 });
});

it("AGENT-PORT: its certificate is for the addresses of the Node, also when they have changed", async () => {
  const port = await freePort();
  const { follow } = open(port);
  follow("10.0.0.1");
  await until(port, "IP Address:10.0.0.1");
  follow("10.0.0.2");
  await until(port, "IP Address:10.0.0.2");
});

it("AGENT-PORT: a port that is taken is tried again, and the user told", async () => {
  const port = await freePort();
  const other = createServer().listen(port);
  await new Promise((resolve) => other.once("listening", resolve));
  const { follow, warned } = open(port);
  follow("10.0.0.1");
  await expect.poll(() => warned).toEqual([expect.stringMatching(/^port \d+ \(--kubelet-port\) .*EADDRINUSE/)]);
  other.close();
  await expect.poll(() => ask(port, "/").then(({ status }) => status, String), { timeout: 8000 }).toBe(401);
});
