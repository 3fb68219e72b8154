import { expect, test } from "vitest";
import { BOOTSTRAP_TOKEN, bootstrapSecret } from "../../test/fakes/objects/bootstrap-token.ts";
import { call, newCluster as newClusterOf, outside } from "../../test/workers/api-under-test.ts";

const newCluster = () => newClusterOf("identity");

const RBAC_ROOT = "/apis/rbac.authorization.k8s.io/v1";
const RBAC = `${RBAC_ROOT}/namespaces/default`;
const role = {
  metadata: { name: "r" },
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }],
};
const binding = {
  metadata: { name: "b" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
  subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "alice" }],
};

test("AUTHZ-LINEAR: grants and revocations apply to every request that begins after their response, under load", {
  timeout: 30_000,
}, async () => {
  const cluster = await newCluster();
  const maps = `${cluster}/api/v1/namespaces/default/configmaps`;
  expect((await call(`${cluster}${RBAC}/roles`, { body: role })).code).toBe(201);
  expect((await call(maps, { as: "alice" })).code).toBe(403);

  let epoch = 0;
  let running = true;
  const wrong: string[] = [];
  const reader = async () => {
    while (running) {
      const began = epoch;
      const { code } = await call(maps, { as: "alice" });
      // While a request overlaps a change, either answer is right.
      if (epoch === began && began % 2 === 0 && code !== (began % 4 === 0 ? 403 : 200)) wrong.push(`${began}: ${code}`);
    }
  };
  const readers = Array.from({ length: 8 }, reader);
  // Epochs advance in twos: 4n revoked, 4n+2 granted, odd while a change is under way.
  for (let round = 0; round < 5; round++) {
    epoch++;
    expect((await call(`${cluster}${RBAC}/rolebindings`, { body: binding })).code).toBe(201);
    epoch++;
    expect((await call(maps, { as: "alice" })).code).toBe(200);
    epoch++;
    expect((await call(`${cluster}${RBAC}/rolebindings/b`, { method: "DELETE" })).code).toBe(200);
    epoch++;
    expect((await call(maps, { as: "alice" })).code).toBe(403);
  }
  running = false;
  await Promise.all(readers);
  expect(wrong).toEqual([]);
});

test("AUTH-NODE, NODE-GONE, LINK-WHO: a node keeps its identity until its Node is deleted; a bootstrap token cannot take it over", async () => {
  const cluster = await newCluster();
  const join = (token: string, nodeName: string) => call(`${cluster}/sailplane/v1/join`, { token, body: { nodeName } });
  await call(`${cluster}/api/v1/namespaces/kube-system/secrets`, { body: bootstrapSecret });
  const joined = await join(BOOTSTRAP_TOKEN, "n1");
  expect(joined.code).toBe(201);
  expect((await join(BOOTSTRAP_TOKEN, "n1")).code).toBe(409);
  expect((await join(BOOTSTRAP_TOKEN, "n2")).code).toBe(201);

  const { token } = joined.object;
  const nodes = `${cluster}/api/v1/nodes`;
  expect((await call(nodes, { token, body: { metadata: { name: "n1" } } })).code).toBe(201);
  expect((await call(nodes, { token, body: { metadata: { name: "n3" } } })).code).toBe(403);
  expect((await call(`${nodes}/n1`, { token })).code).toBe(200);
  expect((await call(`${nodes}/n2`, { token })).code).toBe(403);

  const news = (of: string, asker?: string) =>
    call(`${cluster}/sailplane/v1/nodes/${of}/sync?since=0`, asker === undefined ? {} : { token: asker });
  expect([(await news("n1", token)).code, (await news("n2", token)).code, (await news("n2")).code]).toEqual([
    200, 403, 200,
  ]);

  const renewed = await join(token, "n1");
  expect(renewed.code).toBe(201);
  expect((await join(token, "n2")).code).toBe(403);
  for (const each of [token, renewed.object.token]) expect((await call(`${nodes}/n1`, { token: each })).code).toBe(200);

  expect((await call(`${nodes}/n1`, { method: "DELETE" })).code).toBe(200);
  for (const each of [token, renewed.object.token]) expect((await call(`${nodes}/n1`, { token: each })).code).toBe(401);
  expect((await join(BOOTSTRAP_TOKEN, "n1")).code).toBe(201);
});

test("AUTH-ACCOUNT, AUTH-ACCOUNT-BOUND: a token is invalid in another cluster, for another audience, and after its account is deleted", async () => {
  const cluster = await newCluster();
  const accounts = `${cluster}/api/v1/namespaces/default/serviceaccounts`;
  await call(accounts, { body: { metadata: { name: "bot" } } });
  const requested = (spec: object) => call(`${accounts}/bot/token`, { body: { spec } });
  const token = (await requested({})).object.status.token;
  const meantForOthers = (await requested({ audiences: ["others"] })).object.status.token;
  const version = `${cluster}/version`;
  expect((await call(version, { token })).code).toBe(200);
  expect((await call(version, { token: meantForOthers })).code).toBe(401);
  expect((await call(`${await newCluster()}/version`, { token })).code).toBe(401);
  const [head, body, signature] = token.split(".");
  expect((await call(version, { token: `${head}.${body}x.${signature}` })).code).toBe(401);

  const review = async (spec: object) =>
    (await call(`${cluster}/apis/authentication.k8s.io/v1/tokenreviews`, { body: { spec } })).object.status;
  expect(await review({ token: meantForOthers, audiences: ["others"] })).toMatchObject({ authenticated: true });
  expect(await review({ token: meantForOthers })).toMatchObject({ error: expect.stringContaining("token audiences") });
  const refused = (why: string) => ({ error: `[invalid bearer token, ${why}]` });
  const wrong = `${token}x`;
  expect(await review({ token: wrong })).toMatchObject(refused("go-jose/go-jose: error in cryptographic primitive"));
  expect(await review({ token: `${body}.${body}` })).toMatchObject({ error: "invalid bearer token" });

  await call(`${accounts}/bot`, { method: "DELETE" });
  expect((await call(version, { token })).code).toBe(401);
});

test("AUTH-ACCOUNT-BOUND: a pod's token contains its node's name, even if the Node does not exist", async () => {
  const cluster = await newCluster();
  const core = `${cluster}/api/v1/namespaces/default`;
  const spec = { nodeName: "absent", containers: [{ name: "c", image: "i" }] };
  const pod = await call(`${core}/pods`, { body: { metadata: { name: "p" }, spec } });
  expect(pod.code).toBe(201);
  const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "p" };
  const { object } = await call(`${core}/serviceaccounts/default/token`, { body: { spec: { boundObjectRef } } });
  const { token } = object.status;
  const review = `${cluster}/apis/authentication.k8s.io/v1/tokenreviews`;
  const { status } = (await call(review, { body: { spec: { token } } })).object;
  const { extra } = (status as unknown as { user: { extra: Record<string, string[]> } }).user;
  expect(extra).toMatchObject({ "authentication.kubernetes.io/node-name": ["absent"] });
  expect(extra).not.toHaveProperty("authentication.kubernetes.io/node-uid");
});

test("AUTH-BOUND: a projected token for the API server holds for a year", async () => {
  const cluster = await newCluster();
  const core = `${cluster}/api/v1/namespaces/default`;
  const spec = { serviceAccountName: "bot", containers: [{ name: "c", image: "i" }] };
  await call(`${core}/serviceaccounts`, { body: { metadata: { name: "bot" } } });
  expect((await call(`${core}/pods`, { body: { metadata: { name: "p" }, spec } })).code).toBe(201);
  const claimsOf = async (options: object) => {
    const requested = { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "p" }, ...options };
    const { object } = await call(`${core}/serviceaccounts/bot/token`, { body: { spec: requested } });
    const [, claimed = ""] = object.status.token.split(".");
    const claims = JSON.parse(atob(claimed.replaceAll("-", "+").replaceAll("_", "/")));
    const { warnafter } = claims["kubernetes.io"];
    return { seconds: claims.exp - claims.iat, warned: warnafter && warnafter - claims.iat };
  };
  const year = 365 * 24 * 3600;
  expect(await claimsOf({ expirationSeconds: 3607 })).toEqual({ seconds: year, warned: 3607 });
  expect(await claimsOf({ expirationSeconds: 3600 })).toEqual({ seconds: 3600, warned: undefined });
  expect(await claimsOf({ expirationSeconds: 3607, audiences: ["x"] })).toMatchObject({ seconds: 3607 });
});

test("CLUSTER-ASKED: a request creates no cluster", async () => {
  expect((await outside.fetch("https://sailplane/clusters/nobodys/version")).status).toBe(404);
  expect((await call("https://sailplane/clusters/nobodys/version", { token: "x" })).code).toBe(404);
});

test("AUTH-OWN: no outside client can act as the control plane", async () => {
  const cluster = await newCluster();
  for (const token of ["", "undefined", "system:apiserver"]) {
    const { code } = await call(`${cluster}/api/v1/secrets`, { token: token || "x" });
    expect(code).toBe(401);
  }
  const anonymous = await outside.fetch(`${cluster}/api/v1/secrets`);
  expect(anonymous.status).toBe(403);
  expect((await outside.fetch(`${cluster}/openid/v1/jwks`)).status).toBe(200);
});

test("roles can be written by users who hold what they grant", async () => {
  const cluster = await newCluster();
  const roles = `${cluster}${RBAC}/roles`;
  const mayWriteRoles = {
    metadata: { name: "writer" },
    rules: [
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["create", "get", "patch"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ],
  };
  await call(roles, { body: mayWriteRoles });
  await call(`${cluster}${RBAC}/rolebindings`, {
    body: { ...binding, roleRef: { ...binding.roleRef, name: "writer" } },
  });
  const make = (name: string, verbs: string[]) =>
    call(roles, {
      as: "alice",
      body: { metadata: { name }, rules: [{ apiGroups: [""], resources: ["pods"], verbs }] },
    });
  expect((await make("held", ["get"])).code).toBe(201);
  const refused = await make("more", ["get", "delete"]);
  expect(refused.code).toBe(403);
  expect((refused.object as { message?: string }).message).toBe(
    'roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
  );
});

test("AUTHZ-CREATE: permission to patch and update does not permit creating", async () => {
  const cluster = await newCluster();
  const granting = async (name: string, verbs: string[]) => {
    const rules = [{ apiGroups: ["", "coordination.k8s.io"], resources: ["configmaps", "leases"], verbs }];
    const roleRef = { ...binding.roleRef, name };
    await call(`${cluster}${RBAC}/roles`, { body: { metadata: { name }, rules } });
    await call(`${cluster}${RBAC}/rolebindings`, { body: { ...binding, metadata: { name }, roleRef } });
  };
  const maps = "/api/v1/namespaces/default/configmaps/new";
  const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases/new";
  const apply = () =>
    call(`${cluster}${maps}?fieldManager=alice`, {
      as: "alice",
      method: "PATCH",
      type: "application/apply-patch+yaml",
      body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "new" } },
    });
  const put = () =>
    call(`${cluster}${leases}`, { as: "alice", method: "PUT", body: { metadata: { name: "new" }, spec: {} } });
  await granting("change", ["patch", "update"]);
  expect(await apply()).toMatchObject({
    code: 403,
    object: {
      message: `configmaps "new" is forbidden: User "alice" cannot create resource "configmaps" in API group "" in the namespace "default"`,
    },
  });
  expect((await put()).code).toBe(403);
  await granting("make", ["create"]);
  expect([(await apply()).code, (await put()).code]).toEqual([201, 201]);
});

const bind = (cluster: string, user: string, rules: readonly object[]) =>
  Promise.all([
    call(`${cluster}${RBAC_ROOT}/clusterroles`, { body: { metadata: { name: user }, rules } }),
    call(`${cluster}${RBAC_ROOT}/clusterrolebindings`, {
      body: {
        metadata: { name: user },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: user },
        subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: user }],
      },
    }),
  ]);

test("AUTH-AS: an impersonating user may do only what both users are allowed, whatever was decided earlier", async () => {
  const cluster = await newCluster();
  const authentication = ["authentication.k8s.io"];
  await bind(cluster, "agent", [
    { apiGroups: authentication, resources: ["users"], resourceNames: ["alice"], verbs: ["impersonate:user-info"] },
    { apiGroups: [""], resources: ["configmaps"], verbs: ["impersonate-on:user-info:list"] },
  ]);
  await bind(cluster, "alice", [{ apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["*"] }]);
  const account = `${cluster}/api/v1/namespaces/default/serviceaccounts`;
  await call(account, { body: { metadata: { name: "agent" } } });
  await call(`${cluster}${RBAC_ROOT}/clusterrolebindings`, {
    body: {
      metadata: { name: "agent-account" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "agent" },
      subjects: [{ kind: "ServiceAccount", namespace: "default", name: "agent" }],
    },
  });
  const { object } = await call(`${account}/agent/token`, { body: { spec: {} } });
  const { token } = object.status;
  const as = async (user: string, path: string) => {
    const answer = await call(`${cluster}${path}`, { token, as: user });
    return answer.code === 200 ? "200" : String(answer.object.message);
  };
  const core = "/api/v1/namespaces/default";
  expect(await as("alice", `${core}/configmaps`)).toBe("200");
  expect(await as("alice", `${core}/secrets`)).toBe(
    'secrets is forbidden: User "system:serviceaccount:default:agent" cannot impersonate-on:user-info:list resource "secrets" in API group "" in the namespace "default"',
  );
  expect(await as("bob", `${core}/configmaps`)).toBe(
    'users.authentication.k8s.io "bob" is forbidden: User "system:serviceaccount:default:agent" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  );
  expect(await as("alice", "/metrics")).toBe(
    'forbidden: User "system:serviceaccount:default:agent" cannot impersonate-on:user-info:get path "/metrics"',
  );
});

test("AUTH-WHO: one space precedes a token; with more, the request is anonymous, with a warning", async () => {
  const cluster = await newCluster();
  await call(`${cluster}/api/v1/namespaces/default/serviceaccounts`, { body: { metadata: { name: "a" } } });
  const { object } = await call(`${cluster}/api/v1/namespaces/default/serviceaccounts/a/token`, { body: { spec: {} } });
  const userOf = async (authorization: string) => {
    const response = await outside.fetch(`${cluster}/api/v1/nodes`, { headers: { authorization } });
    const { message } = (await response.json()) as { message: string };
    return [/User "(.*?)"/.exec(message)?.[1], response.headers.get("Warning")];
  };
  expect(await userOf(`Bearer ${object.status.token}`)).toEqual(["system:serviceaccount:default:a", null]);
  expect(await userOf(`Bearer  ${object.status.token}`)).toEqual([
    "system:anonymous",
    '299 - "the provided Authorization header contains extra space before the bearer token, and is ignored"',
  ]);
});
