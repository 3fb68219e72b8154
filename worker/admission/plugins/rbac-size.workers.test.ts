import { expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

/** A role whose rules have that many bytes, about. */
const role = (name: string, bytes: number) => ({
  metadata: { name },
  rules: [{ apiGroups: [""], resources: Array.from({ length: bytes / 10 }, (_, i) => `r${1e6 + i}`), verbs: ["get"] }],
});

test("RBAC-SIZE: roles and bindings of a namespace have 3 MiB at most; other namespaces are not affected", async () => {
  const cluster = await newCluster("rbac-size");
  const at = (namespace: string) => `${cluster}/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await call(`${cluster}/api/v1/namespaces`, { body: { metadata: { name: "other" } } });
  const roles = `${at("default")}/roles`;
  for (const name of ["a", "b"]) expect((await call(roles, { body: role(name, 1_300_000) })).code).toBe(201);
  const refused = await call(roles, { body: role("c", 700_000) });
  expect([refused.code, refused.object.message]).toEqual([
    403,
    'roles.rbac.authorization.k8s.io "c" is forbidden: the rules and subjects of all roles and bindings in namespace "default" may have 3 MiB as JSON',
  ]);
  const subjects = Array.from({ length: 10_000 }, (_, i) => ({ kind: "User", name: `u${i}` }));
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "a" };
  const binding = { metadata: { name: "many" }, roleRef, subjects };
  expect((await call(`${at("default")}/rolebindings`, { body: binding })).code).toBe(403);
  expect((await call(`${at("other")}/roles`, { body: role("c", 700_000) })).code).toBe(201);

  const labelled = { metadata: { labels: { a: "b" } } };
  expect((await call(`${roles}/a`, { method: "PATCH", body: labelled })).code).toBe(200);
  expect((await call(`${roles}/a`, { method: "PATCH", body: { rules: role("a", 100_000).rules } })).code).toBe(200);
  expect((await call(roles, { body: role("c", 700_000) })).code).toBe(201);
});
