/** What narrow rights must not reach. */
import { beforeAll, expect, test } from "vitest";
import { baseOf, call, createCluster, newCluster } from "../../test/workers/api-under-test.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const API_GROUP = "rbac.authorization.k8s.io";

let base: string;

async function must(path: string, body: object): Promise<void> {
  const { code, object } = await call(`${base}${path}`, { body });
  if (code !== 201) throw new Error(`${path}: ${code} ${object.message}`);
}

async function grantInDefault(name: string, rules: readonly object[]): Promise<void> {
  await must(`${RBAC}/namespaces/default/roles`, { metadata: { name }, rules });
  await must(`${RBAC}/namespaces/default/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: API_GROUP, kind: "Role", name },
    subjects: [{ kind: "User", apiGroup: API_GROUP, name }],
  });
}

beforeAll(async () => {
  base = await newCluster("narrow");
  await must("/api/v1/namespaces", { metadata: { name: "theirs" } });
  await must("/api/v1/namespaces/default/pods", {
    metadata: { name: "p" },
    spec: { nodeName: "n", containers: [{ name: "c", image: "i" }] },
  });
  await grantInDefault("owner", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
  await grantInDefault("runner", [
    { apiGroups: [""], resources: ["pods/exec", "pods/attach", "pods/portforward"], verbs: ["create"] },
  ]);
  await grantInDefault("reader", [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] }]);
});

test.each([
  ["GET", "/api/v1/namespaces/default/namespaces/theirs"],
  ["GET", "/api/v1/namespaces/default/namespaces"],
  ["GET", "/api/v1/namespaces/default/namespaces/theirs/status"],
  ["GET", "/api/v1/watch/namespaces/default/namespaces/theirs"],
  ["PATCH", "/api/v1/namespaces/default/namespaces/theirs"],
  ["DELETE", "/api/v1/namespaces/default/namespaces/theirs"],
  ["POST", "/api/v1/namespaces/default/namespaces"],
  ["DELETE", "/api/v1/namespaces/default/nodes/n"],
])("AUTHZ-SCOPE: all permissions in one namespace do not apply in another: %s %s", async (method, path) => {
  const body = method === "PATCH" || method === "POST" ? { body: { metadata: { name: "made" } } } : {};
  expect((await call(`${base}${path}`, { as: "owner", method, ...body })).code).toBe(404);
  expect((await call(`${base}/api/v1/namespaces/theirs`)).object.metadata).not.toHaveProperty("deletionTimestamp");
});

test("AUTHZ-SCOPE: all permissions in a namespace include those over itself", async () => {
  expect((await call(`${base}/api/v1/namespaces/default`, { as: "owner" })).code).toBe(200);
});

test("a refusal quotes the user's name", async () => {
  const path = `${base}/api/v1/namespaces/default/pods`;
  expect((await call(path, { as: 'o"brien' })).object.message).toContain(String.raw`User "o\"brien" cannot list`);
});

test.each(["exec?command=id&stdout=1", "attach?stdout=1", "portforward"])(
  "AUTHZ-CONNECT: permission to get pods/%s does not permit opening it with a GET",
  async (subresource) => {
    const path = `${base}/api/v1/namespaces/default/pods/p/${subresource}`;
    const refused = await call(path, { as: "reader" });
    const [part] = subresource.split("?");
    expect([refused.code, refused.object.message]).toEqual([
      403,
      `pods "p" is forbidden: User "reader" cannot create resource "pods/${part}" in API group "" in the namespace "default"`,
    ]);
    expect((await call(path, { as: "nobody" })).object.message).toContain(`cannot get resource "pods/${part}"`);
    expect((await call(path, { as: "owner" })).object.message).toBe("Upgrade request required");
    // By POST, as over SPDY, nothing else is needed; so neither is it by GET.
    expect((await call(path, { as: "runner" })).object.message).toBe("Upgrade request required");
  },
);

test("AUTH-ACCOUNT-BOUND: a token is bound to a pod of its own service account only", async () => {
  await must("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "other" } });
  const spec = { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } };
  const tokenOf = (account: string) =>
    call(`${base}/api/v1/namespaces/default/serviceaccounts/${account}/token`, { body: { spec } });
  expect((await tokenOf("default")).code).toBe(201);
  const refused = await tokenOf("other");
  expect([refused.code, refused.object.message]).toEqual([
    400,
    'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
  ]);
});

test("AUTH-ADMIN: rotating an administrator's token keeps the cluster's other settings", async () => {
  const { object } = await createCluster("narrow-administrator", { objects: 5000 });
  const url = "https://sailplane/sailplane/v1/clusters/narrow-administrator/authentication";
  const authenticator = {
    issuer: { url: "https://issuer.example", audiences: ["a"] },
    claimMappings: { username: { claim: "sub", prefix: "oidc:" } },
  };
  const body = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration", jwt: [authenticator] };
  expect((await call(url, { method: "PUT", body })).code).toBe(200);
  const own = baseOf("narrow-administrator");
  const token = `${["{}", `{"iss":"https://issuer.example"}`].map(btoa).join(".")}.x`.replaceAll("=", "");
  const review = async () =>
    (await call(`${own}/apis/authentication.k8s.io/v1/tokenreviews`, { body: { spec: { token } } })).object.status
      .error;
  const known = await review();
  expect(known).toContain("oidc:");
  await call(`${own}/sailplane/v1/administrator`, { method: "POST", token: object.token });
  expect(await review()).toBe(known);
});
