import { expect, test } from "vitest";
import { CLUSTER_STORE, call, codesOf, newNamespace, pod } from "../../../../test/workers/core-calls.ts";

test("ADM-QUOTA, ADM-COMMIT, ADM-AGAIN: concurrent creates cannot exceed the quota", async () => {
  const place = await newNamespace("quota");
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard: { pods: "5" } } });
  await call(`${place}/resourcequotas/q/status`, { status: { hard: { pods: "5" }, used: { pods: "0" } } }, "PATCH");
  const answers = codesOf(await Promise.all(Array.from({ length: 12 }, (_, i) => call(`${place}/pods`, pod(`p${i}`)))));
  expect(answers.get(201)).toHaveLength(5);
  expect(answers.get(403)).toHaveLength(7);
  expect(answers.get(403)?.[0]?.object.message).toContain(
    "exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5",
  );
  expect((await call(`${place}/resourcequotas/q`)).object.status?.used).toEqual({ pods: "5" });
});

test("ADM-QUOTA, ADM-DRY: a dry run is refused in the same way, and is not charged", async () => {
  const place = await newNamespace("quota-dry");
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard: { "count/secrets": "1" } } });
  const status = { hard: { "count/secrets": "1" }, used: { "count/secrets": "0" } };
  await call(`${place}/resourcequotas/q/status`, { status }, "PATCH");
  expect((await call(`${place}/secrets?dryRun=All`, { metadata: { name: "a" } })).code).toBe(201);
  expect((await call(`${place}/secrets`, { metadata: { name: "a" } })).code).toBe(201);
  expect((await call(`${place}/secrets?dryRun=All`, { metadata: { name: "b" } })).code).toBe(403);
});

test("ADM-QUOTA: requests without the quota's resources are reported before exceeded quotas", async () => {
  const place = await newNamespace("quota-two");
  for (const [name, hard] of [
    ["a", { pods: "0" }],
    ["b", { "limits.cpu": "1" }],
  ] as const) {
    await call(`${place}/resourcequotas`, { metadata: { name }, spec: { hard } });
    const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, "0"]));
    await call(`${place}/resourcequotas/${name}/status`, { status: { hard, used } }, "PATCH");
  }
  expect((await call(`${place}/pods`, pod("p"))).object.message).toContain(
    "failed quota: b: must specify limits.cpu for: c",
  );
  const whole = { ...pod("w"), spec: { ...pod("w").spec, resources: { requests: { cpu: "1" } } } };
  expect((await call(`${place}/pods`, whole)).object.message).toContain("exceeded quota: a, requested: pods=1");
});

test("ADM-QUOTA-UP: an update is charged what it adds, and a deletion releases nothing by itself", async () => {
  const place = await newNamespace("quota-up");
  const hard = { services: "2", "services.nodeports": "1" };
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } });
  const status = { hard, used: { services: "0", "services.nodeports": "0" } };
  await call(`${place}/resourcequotas/q/status`, { status }, "PATCH");
  const used = async () => (await call(`${place}/resourcequotas/q`)).object.status?.used;
  for (const name of ["a", "b"])
    await call(`${place}/services`, { metadata: { name }, spec: { ports: [{ port: 80 }] } });
  const shown = (name: string) => call(`${place}/services/${name}`, { spec: { type: "NodePort" } }, "PATCH");
  expect([(await shown("a")).code, await used()]).toEqual([200, { services: "2", "services.nodeports": "1" }]);
  const refused = await shown("b");
  expect([refused.code, refused.object.message]).toEqual([
    403,
    expect.stringContaining("exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1"),
  ]);
  await call(`${place}/services/a`, undefined, "DELETE");
  expect(await used()).toEqual({ services: "2", "services.nodeports": "1" });
});

test("ADM-QUOTA-UP: a pod that gets a deadline is charged to the Terminating quota, and one that requests less is not refused", async () => {
  const place = await newNamespace("quota-scope");
  for (const [name, scope] of [
    ["ending", "Terminating"],
    ["staying", "NotTerminating"],
  ] as const) {
    const hard = { pods: "1" };
    await call(`${place}/resourcequotas`, { metadata: { name }, spec: { hard, scopes: [scope] } });
    await call(`${place}/resourcequotas/${name}/status`, { status: { hard, used: { pods: "0" } } }, "PATCH");
  }
  const used = async (name: string) => (await call(`${place}/resourcequotas/${name}`)).object.status?.used;
  const ended = { spec: { activeDeadlineSeconds: 3600 } };
  expect((await call(`${place}/pods`, pod("a"))).code).toBe(201);
  expect((await call(`${place}/pods/a`, ended, "PATCH")).code).toBe(200);
  expect([await used("ending"), await used("staying")]).toEqual([{ pods: "1" }, { pods: "1" }]);
  const other = pod("b") as { spec: object };
  expect((await call(`${place}/pods`, { ...other, spec: { ...other.spec, ...ended.spec } })).code).toBe(403);
  const hard = { services: "2", "services.nodeports": "0" };
  await call(`${place}/services`, { metadata: { name: "s" }, spec: { type: "NodePort", ports: [{ port: 80 }] } });
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } });
  const status = { hard, used: { services: "3", "services.nodeports": "1" } };
  await call(`${place}/resourcequotas/q/status`, { status }, "PATCH");
  expect((await call(`${place}/services/s`, { spec: { type: "ClusterIP" } }, "PATCH")).code).toBe(200);
});

test("ADM-QUOTA-EX: a quota's existence is policy, its contents are not", async () => {
  const place = await newNamespace("quota-ex");
  const policy = async () => (await CLUSTER_STORE.getByName("default").status()).policyRevision;
  const before = await policy();
  await call(`${place}/configmaps`, { metadata: { name: "free" } });
  expect(await policy()).toBe(before);
  const hard = { configmaps: "5" };
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } });
  const made = await policy();
  expect(made).toBeGreaterThan(before);
  await call(`${place}/resourcequotas/q/status`, { status: { hard, used: { configmaps: "1" } } }, "PATCH");
  await call(`${place}/configmaps`, { metadata: { name: "charged" } });
  expect([await policy(), (await call(`${place}/resourcequotas/q`)).object.status?.used]).toEqual([
    made,
    { configmaps: "2" },
  ]);
});
