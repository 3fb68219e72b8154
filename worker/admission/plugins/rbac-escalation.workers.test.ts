import { beforeAll, expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

/** GRANT-HELD: ann may write roles and bindings, but has no access to secrets herself. */
let rbac = "";
let inNamespace = "";
const rule = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });
const ref = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
const toAnn = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }];
const must = async (url: string, body: object) => expect((await call(url, { body })).code).toBe(201);
const asAnn = async (url: string, body: object, method = "POST") => (await call(url, { as: "ann", body, method })).code;

beforeAll(async () => {
  rbac = `${await newCluster("escalation")}/apis/rbac.authorization.k8s.io/v1`;
  inNamespace = `${rbac}/namespaces/default`;
  const writer = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], verbs: ["create", "update", "patch"] };
  await must(`${rbac}/clusterroles`, { metadata: { name: "writer" }, rules: [writer, rule("configmaps")] });
  await must(`${rbac}/clusterrolebindings`, {
    metadata: { name: "ann" },
    roleRef: ref("ClusterRole", "writer"),
    subjects: toAnn,
  });
  for (const resource of ["secrets", "configmaps"]) {
    await must(`${inNamespace}/roles`, { metadata: { name: resource }, rules: [rule(resource)] });
    const roleRef = ref("Role", resource);
    await must(`${inNamespace}/rolebindings`, { metadata: { name: resource }, roleRef, subjects: toAnn.slice(1) });
  }
  const selectors = [{ matchLabels: { a: "b" } }];
  await must(`${rbac}/clusterroles`, {
    metadata: { name: "gathering" },
    aggregationRule: { clusterRoleSelectors: selectors },
  });
});

test("GRANT-HELD: a user can grant permissions that the user holds, and no others", async () => {
  expect(await asAnn(`${inNamespace}/roles`, { metadata: { name: "mine" }, rules: [rule("configmaps")] })).toBe(201);
  expect(await asAnn(`${inNamespace}/roles`, { metadata: { name: "more" }, rules: [rule("secrets")] })).toBe(403);
  const binding = (name: string) => ({ metadata: { name: `b-${name}` }, roleRef: ref("Role", name), subjects: toAnn });
  expect(await asAnn(`${inNamespace}/rolebindings`, binding("configmaps"))).toBe(201);
  expect(await asAnn(`${inNamespace}/rolebindings`, binding("secrets"))).toBe(403);
  expect(await asAnn(`${inNamespace}/rolebindings`, binding("nowhere"))).toBe(404);
  const odd = { ...binding("configmaps"), roleRef: ref("Group", "configmaps") };
  expect(await asAnn(`${inNamespace}/rolebindings`, odd)).toBe(500);
});

test("GRANT-SIZE: a role whose rules are billions of combinations is refused, not broken down", async () => {
  const names = (prefix: string) => Array.from({ length: 300 }, (_, i) => `${prefix}${i}`);
  const crossed = {
    apiGroups: names("g"),
    resources: names("r"),
    verbs: names("v"),
    resourceNames: names("n"),
  };
  const role = { metadata: { name: "crossed" }, rules: [crossed] };
  const { code, object } = await call(`${inNamespace}/roles`, { as: "ann", body: role });
  expect([code, object.message]).toEqual([403, expect.stringContaining("8100000000 combinations")]);
  // An administrator is not compared, and then bindings to that role are refused in the same way.
  await must(`${inNamespace}/roles`, role);
  const binding = { metadata: { name: "b-crossed" }, roleRef: ref("Role", "crossed"), subjects: toAnn };
  expect(await asAnn(`${inNamespace}/rolebindings`, binding)).toBe(403);
});

test("GRANT-HELD: a user cannot change a role or binding beyond the user's permissions, except for metadata of garbage collection", async () => {
  const labelled = { metadata: { labels: { seen: "yes" } } };
  for (const kind of ["roles", "rolebindings"]) {
    expect(await asAnn(`${inNamespace}/${kind}/configmaps`, labelled, "PATCH")).toBe(200);
    expect(await asAnn(`${inNamespace}/${kind}/secrets`, labelled, "PATCH")).toBe(403);
    expect(await asAnn(`${inNamespace}/${kind}/secrets`, { metadata: { finalizers: null } }, "PATCH")).toBe(200);
  }
});

test("GRANT-HELD: changing an aggregated role requires all permissions; a rule without selectors is invalid", async () => {
  const gathering = `${rbac}/clusterroles/gathering`;
  expect(await asAnn(gathering, { aggregationRule: null }, "PATCH")).toBe(403);
  expect(await asAnn(gathering, { metadata: { labels: { seen: "yes" } } }, "PATCH")).toBe(403);
  const empty = { metadata: { name: "gathers-nothing" }, aggregationRule: { clusterRoleSelectors: [] } };
  // Validation requires a selector if there is an aggregation rule at all.
  expect(await asAnn(`${rbac}/clusterroles`, empty)).toBe(422);
});

test("GRANT-HELD: errors in a role are shown only to users who might grant it, and a missing one as the binding's kind", async () => {
  const wrong = [rule("secrets"), { verbs: ["get"], apiGroups: [""] }];
  expect(await asAnn(`${inNamespace}/roles`, { metadata: { name: "wrong" }, rules: wrong })).toBe(403);
  expect(await asAnn(`${inNamespace}/roles`, { metadata: { name: "wrong" }, rules: wrong.slice(1) })).toBe(422);
  const binding = { metadata: { name: "b" }, roleRef: ref("Role", "nowhere"), subjects: toAnn };
  const { object } = await call(`${inNamespace}/rolebindings`, { as: "ann", body: binding });
  expect(object.message).toContain('rolebindings.rbac.authorization.k8s.io "nowhere" not found');
});
