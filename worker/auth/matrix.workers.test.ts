/** Verb by resource by identity: the answer to each. Every cell is one request from outside, with a token. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { call, createCluster } from "../../test/workers/api-under-test.ts";
import type { Env } from "../env.ts";

const { CLUSTER_KEYS } = env as Env;

const CLUSTER = "matrix";
const BASE = `https://sailplane/clusters/${CLUSTER}`;
const CORE = "/api/v1/namespaces/default";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

const identities = [
  "administrator",
  "admin",
  "edit",
  "view",
  "node",
  "other node",
  "bootstrap token",
  "expired",
  "expired bootstrap token",
  "wrong audience",
  "other cluster",
  "none",
] as const;
type Identity = (typeof identities)[number];

const tokens = {} as Record<Identity, string>;

const must = async (path: string, body: object, token = tokens.administrator, code = 201) => {
  const answer = await call(`${BASE}${path}`, { token, body });
  if (answer.code !== code) throw new Error(`${path}: ${answer.code} ${answer.object.message}`);
  return answer.object;
};

const bootstrapToken = (id: string, expiration: string) => ({
  metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
  type: "bootstrap.kubernetes.io/token",
  stringData: {
    "token-id": id,
    "token-secret": "0123456789abcdef",
    "usage-bootstrap-authentication": "true",
    expiration,
  },
});

/** A service account with one of the user-facing roles in the namespace `default`. */
async function roleHolder(role: "admin" | "edit" | "view", spec: object = {}): Promise<string> {
  const made = await call(`${BASE}${CORE}/serviceaccounts`, {
    token: tokens.administrator,
    body: { metadata: { name: role } },
  });
  if (made.code === 201) {
    await must(`${RBAC}/namespaces/default/rolebindings`, {
      metadata: { name: role },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [{ kind: "ServiceAccount", name: role, namespace: "default" }],
    });
  }
  return (await must(`${CORE}/serviceaccounts/${role}/token`, { spec })).status.token;
}

/** The same token as if it had been issued `seconds` later. */
async function shifted(token: string, seconds: number): Promise<string> {
  const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
  const [iat, nbf, exp] = [claims.iat, claims.nbf, claims.exp].map((time) => time + seconds);
  return CLUSTER_KEYS.getByName(CLUSTER).sign({ ...claims, iat, nbf, exp });
}

beforeAll(async () => {
  tokens.administrator = (await createCluster(CLUSTER)).object.token;
  tokens["other cluster"] = (await createCluster(`${CLUSTER}-other`)).object.token;
  for (const role of ["admin", "edit", "view"] as const) tokens[role] = await roleHolder(role);
  tokens["wrong audience"] = await roleHolder("admin", { audiences: ["somebody-else"] });
  tokens.expired = await shifted(tokens.admin, -2 * 3600);

  await must("/api/v1/namespaces/kube-system/secrets", bootstrapToken("abcdef", "2999-01-01T00:00:00Z"));
  await must("/api/v1/namespaces/kube-system/secrets", bootstrapToken("fedcba", "2001-01-01T00:00:00Z"));
  tokens["bootstrap token"] = "abcdef.0123456789abcdef";
  tokens["expired bootstrap token"] = "fedcba.0123456789abcdef";
  for (const [identity, nodeName] of [["node", "n1"] as const, ["other node", "n2"] as const]) {
    tokens[identity] = (await must("/sailplane/v1/join", { nodeName }, tokens["bootstrap token"])).token;
    await must("/api/v1/nodes", { metadata: { name: nodeName } }, tokens[identity]);
  }
  tokens.none = "";

  await must(`${CORE}/secrets`, { metadata: { name: "named-by-p1" } });
  await must(`${CORE}/configmaps`, { metadata: { name: "settings" } });
  await must(`${CORE}/serviceaccounts`, { metadata: { name: "default" } }).catch(() => {});
  const volume = { name: "v", secret: { secretName: "named-by-p1" } };
  await must(`${CORE}/pods`, {
    metadata: { name: "p1" },
    spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }], volumes: [volume] },
  });
  await must("/api/v1/namespaces/kube-system/configmaps", { metadata: { name: "elsewhere" } });
});

let made = 0;
const fresh = (prefix: string) => ({ metadata: { name: `${prefix}-${made++}` } });
const grantView = () => ({
  ...fresh("grant"),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
});
const grantAll = () => ({ ...grantView(), roleRef: { ...grantView().roleRef, name: "cluster-admin" } });

interface Row {
  readonly verb: string;
  readonly path: string;
  readonly body?: () => object;
  /** Identities that are not listed are unknown to the cluster: 401. */
  readonly codes: Readonly<Partial<Record<Identity, number>>>;
}

/** Codes in the order administrator, admin, edit, view, node, other node, bootstrap token, none. */
function row(verb: string, path: string, codes: string, body?: () => object): Row {
  const named = ["administrator", "admin", "edit", "view", "node", "other node", "bootstrap token", "none"] as const;
  const listed = codes.split(" ").map(Number);
  return {
    verb,
    path,
    codes: Object.fromEntries(named.map((name, i) => [name, listed[i] ?? 0])),
    ...(body && { body }),
  };
}

//   verb     path                                            administrator admin edit view node other bootstrap none
const rows: readonly Row[] = [
  row("GET", `${CORE}/pods`, "200 200 200 200 403 403 403 403"),
  row("GET", `${CORE}/pods/p1`, "200 200 200 200 200 403 403 403"),
  row("GET", "/api/v1/pods?fieldSelector=spec.nodeName=n1", "200 403 403 403 200 403 403 403"),
  row("GET", "/api/v1/pods", "200 403 403 403 403 403 403 403"),
  row("GET", `${CORE}/secrets/named-by-p1`, "200 200 200 403 200 403 403 403"),
  row("GET", `${CORE}/secrets`, "200 200 200 403 403 403 403 403"),
  row("GET", "/api/v1/namespaces/kube-system/secrets", "200 403 403 403 403 403 403 403"),
  row("GET", "/api/v1/namespaces/kube-system/configmaps/elsewhere", "200 403 403 403 403 403 403 403"),
  row("GET", `${CORE}/configmaps/settings`, "200 200 200 200 403 403 403 403"),
  row("POST", `${CORE}/configmaps`, "201 201 201 403 403 403 403 403", () => fresh("map")),
  row("PATCH", `${CORE}/configmaps/settings`, "200 200 200 403 403 403 403 403", () => ({ data: { a: "b" } })),
  row("DELETE", `${CORE}/configmaps/none`, "404 404 404 403 403 403 403 403"),
  row("DELETE", `${CORE}/configmaps?labelSelector=none`, "200 200 200 403 403 403 403 403"),
  row("PATCH", "/api/v1/nodes/n1/status", "200 403 403 403 200 403 403 403", () => ({ status: {} })),
  row("PATCH", `${CORE}/pods/p1/status`, "200 403 403 403 200 403 403 403", () => ({ status: {} })),
  row("GET", "/api/v1/nodes/n1", "200 403 403 403 200 403 403 403"),
  row("GET", "/api/v1/nodes", "200 403 403 403 403 403 403 403"),
  row("DELETE", "/api/v1/nodes/n3", "404 403 403 403 403 403 403 403"),
  row("POST", `${CORE}/serviceaccounts/view/token`, "201 201 201 403 403 403 403 403", () => ({ spec: {} })),
  row("POST", `${RBAC}/namespaces/default/rolebindings`, "201 201 403 403 403 403 403 403", grantView),
  row("POST", `${RBAC}/namespaces/default/rolebindings`, "201 403 403 403 403 403 403 403", grantAll),
  row("POST", `${RBAC}/clusterrolebindings`, "201 403 403 403 403 403 403 403", grantView),
  row("GET", `${RBAC}/clusterroles`, "200 403 403 403 403 403 403 403"),
  row("POST", "/api/v1/namespaces", "201 403 403 403 403 403 403 403", () => fresh("space")),
  row("GET", "/version", "200 200 200 200 200 200 200 200"),
  row("GET", "/apis", "200 200 200 200 200 200 200 403"),
  row("GET", "/metrics", "200 403 403 403 403 403 403 403"),
  row("GET", "/metrics/slis", "200 403 403 403 403 403 403 403"),
  row("POST", "/sailplane/v1/join", "201 403 403 403 403 403 409 401", () => ({ nodeName: "n9" })),
  row("POST", "/sailplane/v1/administrator", "skip 403 403 403 403 403 403 403"),
];

describe.each(rows)("$verb $path", ({ verb, path, body, codes }) => {
  test("has the right status for each identity (AUTH-WHO, AUTH-BOOTSTRAP)", async () => {
    const answered: [string, number][] = [];
    const expected: [string, number][] = [];
    for (const identity of identities) {
      const code = identity in codes ? codes[identity] : 401;
      if (code === undefined || Number.isNaN(code)) continue;
      expected.push([identity, code]);
      const token = tokens[identity];
      answered.push([
        identity,
        (await call(`${BASE}${path}`, { method: verb, token, ...(body && { body: body() }) })).code,
      ]);
    }
    expect(answered).toEqual(expected);
  });
});

test("AUTH-ACCOUNT: a token from another machine is valid if the clock is up to a minute behind", async () => {
  const list = async (seconds: number) =>
    (await call(`${BASE}${CORE}/pods`, { token: await shifted(tokens.admin, seconds) })).code;
  expect(await list(50)).toBe(200);
  expect(await list(70)).toBe(401);
});
