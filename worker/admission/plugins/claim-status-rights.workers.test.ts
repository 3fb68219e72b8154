import { beforeAll, expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

/** CLAIM-RIGHTS: a driver's service account may write claims' status, with only the rights that each test grants. */
const driver = "system:serviceaccount:default:driver";
let base = "";
let claims = "";
let rbac = "";

const must = async (url: string, body: object, method = "POST") =>
  expect((await call(url, { body, method })).code).toBeLessThan(300);

async function grant(name: string, rules: readonly object[]): Promise<void> {
  await must(`${rbac}/clusterroles`, { metadata: { name }, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: driver }];
  await must(`${rbac}/clusterrolebindings`, { metadata: { name }, roleRef, subjects });
}
const rule = (subresource: string, verbs: readonly string[], resourceNames?: readonly string[]) => ({
  apiGroups: ["resource.k8s.io"],
  resources: [`resourceclaims/${subresource}`],
  verbs,
  ...(resourceNames ? { resourceNames } : {}),
});

const result = { request: "r", driver: "gpu.example.com", pool: "p", device: "d" };
const allocation = { devices: { results: [result] } };
const report = { driver: result.driver, pool: result.pool, device: result.device, data: { seen: 1 } };
const write = (name: string, status: object) =>
  call(`${claims}/${name}/status`, { method: "PATCH", body: { status }, as: driver });

beforeAll(async () => {
  base = await newCluster("claim-rights");
  claims = `${base}/apis/resource.k8s.io/v1/namespaces/default/resourceclaims`;
  rbac = `${base}/apis/rbac.authorization.k8s.io/v1`;
  const requests = [{ name: "r", exactly: { deviceClassName: "c" } }];
  for (const name of ["fresh", "bound"]) await must(claims, { metadata: { name }, spec: { devices: { requests } } });
  await must(`${claims}/bound/status`, { status: { allocation } }, "PATCH");
  await grant("status", [rule("status", ["patch"])]);
});

test("CLAIM-RIGHTS: binding needs resourceclaims/binding", async () => {
  const { code, object } = await write("fresh", { allocation });
  expect(code).toBe(422);
  expect(object.message).toContain(
    `status.allocation: Forbidden: changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="patch" permission: resourceclaims.resource.k8s.io is forbidden: User "${driver}" cannot patch resource "resourceclaims/binding" in API group "resource.k8s.io" at the cluster scope`,
  );
  await grant("binding", [rule("binding", ["patch"])]);
  expect((await write("fresh", { allocation })).code).toBe(200);
});

test("CLAIM-RIGHTS: reports on devices need resourceclaims/driver, by the driver's name", async () => {
  const { code, object } = await write("bound", { devices: [report] });
  expect(code).toBe(422);
  expect(object.message).toContain(
    `changing status.devices requires resource="resourceclaims/driver", verb="[arbitrary-node:patch]" permission: resourceclaims.resource.k8s.io "gpu.example.com" is forbidden`,
  );
  await grant("another", [rule("driver", ["arbitrary-node:patch"], ["nic.example.com"])]);
  expect((await write("bound", { devices: [report] })).code).toBe(422);
  await grant("own", [rule("driver", ["arbitrary-node:patch"], ["gpu.example.com"])]);
  expect((await write("bound", { devices: [report] })).code).toBe(200);
  expect((await write("bound", { devices: null })).code).toBe(200);
});

test("CLAIM-RIGHTS: missing permissions are reported with the errors, before these", async () => {
  await must(claims, {
    metadata: { name: "moved" },
    spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "c" } }] } },
  });
  await must(`${claims}/moved/status`, { status: { allocation } }, "PATCH");
  const other = "system:serviceaccount:default:other";
  await must(`${rbac}/clusterrolebindings`, {
    metadata: { name: "other" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "status" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: other }],
  });
  const status = { allocation: { devices: { results: [{ ...result, pool: "q" }] } } };
  const { code, object } = await call(`${claims}/moved/status`, { method: "PATCH", body: { status }, as: other });
  expect(code).toBe(422);
  const causes = (object as unknown as { details: { causes: { reason: string; field: string }[] } }).details.causes;
  expect(causes.map(({ reason, field }) => `${field} ${reason}`)).toEqual([
    "status.allocation FieldValueForbidden",
    "status.allocation FieldValueInvalid",
  ]);
});
