/**
 * What authentication and authorization cost: CPU of the Worker's own code on a warm request, in Node.js, with the
 * store at hand. Each user has a hundred role bindings besides the default ones.
 *
 *     npm run bench -- identity
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { base64Url } from "../api/machinery/encoding/base64url.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import type { Key, Write } from "../api/store/store.ts";
import { MemoryStore } from "../durable-objects/store/memory-store.ts";
import type { Attributes } from "../worker/auth/attributes.ts";
import { type Authentication, authenticate } from "../worker/auth/authenticate.ts";
import { authorize } from "../worker/auth/authorize.ts";
import { newNodeToken } from "../worker/auth/credentials/node-credential.ts";
import { ISSUER } from "../worker/auth/credentials/service-account-token.ts";
import { ensureSystemObjects } from "../worker/bootstrap/ensure.ts";
import type { Env } from "../worker/env.ts";
import { NODE_CREDENTIALS } from "../worker/policy/internal-resources.ts";
import { PolicySnapshot } from "../worker/policy/snapshot.ts";
import { StoreClient } from "../worker/storage/store-client.ts";
import type { StoreStub } from "../worker/storage/store-stub.ts";
import { type Figure, report } from "./rig/report.ts";

// As in workerd.
Object.assign(crypto.subtle, { timingSafeEqual });
const LIMIT_US = 60;
const BINDINGS = 100;
const WARM = 2000;
const COUNT = 20_000;
const now = Date.now();
const digest = (token: string) => createHash("sha256").update(token).digest("hex");

const admin = base64Url(crypto.getRandomValues(new Uint8Array(32)));
const node = newNodeToken("n1");
const account = { name: "bot", uid: "bot-uid" };
const user = "system:serviceaccount:ns:bot";

const store = new MemoryStore();
await ensureSystemObjects(store, now, {
  ca: "",
  frontProxy: "",
  address: "",
  path: "",
  hasIngress: false,
  serviceRanges: ["10.96.0.0/16"],
});
const expires = new Date(now + 3_600_000).toISOString();
await store.commit({
  changesPolicy: true,
  writes: [
    write("serviceaccounts", { kind: "ServiceAccount", metadata: { ...account, namespace: "ns" } }),
    write("pods", { kind: "Pod", metadata: { name: "p", namespace: "ns", uid: "p" } }, { "spec.nodeName": "n1" }),
    write(NODE_CREDENTIALS, { metadata: { name: "n1" }, sha256: digest(node), expires } as KubeObject),
    ...Array.from({ length: BINDINGS }, (_, i) => binding(`b${i}`, i === 0 ? "ns" : `ns${i}`)),
  ],
});
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const keys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
const env = {
  ADMIN_TOKEN_SHA256: digest(admin),
  CLUSTER_KEYS: {
    getByName: () => ({
      publicKeys: async () => [{ ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), kid: "k" }],
    }),
  },
} as unknown as Env;
const at: Authentication = {
  env,
  cluster: "default",
  now,
  policy: await PolicySnapshot.load(store),
  store: new StoreClient(() => store as StoreStub, undefined, { nearby: () => store }),
};

const pods: Attributes = {
  verb: "list",
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "ns",
  name: "",
};
const figures = [
  await measure("administrator", admin, pods),
  await measure("service account", await accountToken(), pods),
  await measure("node", node, { ...pods, verb: "get", name: "p" }),
];
report("identity", figures);

async function measure(who: string, token: string, requested: Attributes): Promise<Figure> {
  const request = new Request("https://localhost/", { headers: { Authorization: `Bearer ${token}` } });
  const ask = async () => {
    const known = await authenticate(request, at);
    if (known === "none" || !known.ok) throw new Error(`${who} is nobody`);
    if (!(await authorize(known.user, requested, at)).allowed) throw new Error(`${who} may not`);
  };
  for (let i = 0; i < WARM; i++) await ask();
  const before = process.cpuUsage();
  for (let i = 0; i < COUNT; i++) await ask();
  const { user, system } = process.cpuUsage(before);
  return {
    name: `${who}: authentication and authorization`,
    value: (user + system) / COUNT,
    unit: "µs",
    limit: LIMIT_US,
  };
}

async function accountToken(): Promise<string> {
  const encode = (part: object) => base64Url(new TextEncoder().encode(JSON.stringify(part)));
  const seconds = Math.floor(now / 1000);
  const claims = {
    aud: [ISSUER],
    exp: seconds + 3600,
    iat: seconds,
    nbf: seconds,
    iss: ISSUER,
    jti: "j",
    sub: user,
    "kubernetes.io": { namespace: "ns", serviceaccount: account },
  };
  const signed = `${encode({ alg: "ES256", kid: "k" })}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    keys.privateKey,
    new TextEncoder().encode(signed),
  );
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

function write(resource: string, object: KubeObject, fields: Record<string, string> = {}): Write {
  const { namespace = "", name = "" } = object.metadata;
  const key: Key = { resource, namespace, name };
  const text = JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: "" } });
  return { op: "create", key, text, attributes: { labels: {}, fields } };
}

function binding(name: string, namespace: string): Write {
  const object = {
    kind: "RoleBinding",
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name, namespace },
    roleRef: { kind: "ClusterRole", name: "admin" },
    subjects: [{ kind: "ServiceAccount", name: account.name, namespace: "ns" }],
  };
  return write("rolebindings.rbac.authorization.k8s.io", object);
}
