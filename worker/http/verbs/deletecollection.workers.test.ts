import { expect, test } from "vitest";
import { baseOf, call, createCluster, deleteCluster } from "../../../test/workers/api-under-test.ts";

const ROLES = "https://sailplane/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
/** More than the number of times that a request is decided again because policy has changed. */
const COUNT = 12;

test("a collection of policy objects is deleted completely: the request's own changes do not make it stale", async () => {
  for (let i = 0; i < COUNT; i++) {
    const body = { metadata: { name: `many-${i}`, labels: { many: "yes" } } };
    expect((await call(ROLES, { body })).code).toBe(201);
  }
  const deleted = await call(`${ROLES}?labelSelector=many`, { method: "DELETE" });
  expect([deleted.code, (deleted.object as unknown as { items: unknown[] }).items.length]).toEqual([200, COUNT]);
  const left = await call(`${ROLES}?labelSelector=many`);
  expect((left.object as unknown as { items: unknown[] }).items).toEqual([]);
});

test("REG-DELETE-NAMELESS: to admission, the deletion of a collection names no object", async () => {
  await createCluster("nameless");
  const configMaps = `${baseOf("nameless")}/api/v1/namespaces/default/configmaps`;
  const policies = `${baseOf("nameless")}/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic`;
  const metadata = { name: "named" };
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["DELETE"] }];
  const spec = { matchConstraints: { resourceRules }, validations: [{ expression: "has(request.name)" }] };
  const binding = { policyName: "named", validationActions: ["Deny"] };
  await call(configMaps, { body: { metadata } });
  await call(`${policies}ies`, { body: { metadata, spec } });
  await call(`${policies}ybindings`, { body: { metadata, spec: binding } });
  const refused = await call(configMaps, { method: "DELETE" });
  expect([refused.code, refused.object.message]).toEqual([422, expect.stringContaining('"Unknown" is forbidden')]);
  expect((await call(`${configMaps}/named`, { method: "DELETE" })).code).toBe(200);
  await deleteCluster("nameless");
});

test("REG-DELETE-LIMIT: a limit bounds the number of deletions, and the answer has a continue token", async () => {
  const leases = "https://sailplane/apis/coordination.k8s.io/v1/namespaces/default/leases";
  for (const name of ["a", "b", "c"]) await call(leases, { body: { metadata: { name, labels: { few: "yes" } } } });
  const { object } = await call(`${leases}?labelSelector=few&limit=1`, { method: "DELETE" });
  const first = object as unknown as { items: unknown[]; metadata: { continue?: string } };
  expect(first.items).toHaveLength(1);
  const next = `${leases}?labelSelector=few&limit=1&continue=${first.metadata.continue ?? "nothing"}`;
  await call(next, { method: "DELETE" });
  const left = await call(`${leases}?labelSelector=few`);
  const { items } = left.object as unknown as { items: { metadata: { name: string } }[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(["c"]);
});
