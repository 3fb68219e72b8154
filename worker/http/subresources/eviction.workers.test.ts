import { expect, test } from "vitest";
import type { Status } from "../../../api/machinery/status.ts";
import { call, codesOf, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test("ADM-EVICT, ADM-EVICT-SAY: concurrent evictions cannot use the same allowed disruption", async () => {
  const place = await newNamespace("evict");
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    const { metadata, spec } = pod(name);
    // Without a finalizer it would be gone at once, because no node has it.
    await call(`${place}/pods`, { metadata: { ...metadata, finalizers: ["example.com/seen"] }, spec });
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await call(`${place}/pods/${name}/status`, { status }, "PATCH");
  }
  const budgets = "https://sailplane/apis/policy/v1/namespaces/evict/poddisruptionbudgets";
  await call(budgets, { metadata: { name: "b" }, spec: { minAvailable: 3, selector: { matchLabels: { app: "x" } } } });
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 4,
    desiredHealthy: 3,
    expectedPods: 4,
  };
  await call(`${budgets}/b/status`, { status }, "PATCH");
  const evict = (name: string) =>
    call(`${place}/pods/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
  const answers = codesOf(await Promise.all(names.map(evict)));
  expect(answers.get(201)).toHaveLength(1);
  expect(answers.get(429)).toHaveLength(3);
  const pods = await Promise.all(names.map((name) => call(`${place}/pods/${name}`)));
  const reported = pods.flatMap(({ object: { metadata, status } }) => {
    const conditions = (status?.conditions ?? []) as { readonly type: string; readonly reason?: string }[];
    const reason = conditions.find(({ type }) => type === "DisruptionTarget")?.reason;
    return reason === undefined ? [] : [[reason, metadata.deletionTimestamp !== undefined]];
  });
  expect(reported).toEqual([["EvictionByEvictionAPI", true]]);
});

test("ADM-EVICT-COVER: a budget whose selector is empty covers all pods of its namespace, one without a selector none", async () => {
  const place = await newNamespace("evict-all");
  const budgets = "https://sailplane/apis/policy/v1/namespaces/evict-all/poddisruptionbudgets";
  const evicted = async (name: string) => {
    await call(`${place}/pods`, pod(name));
    await call(`${place}/pods/${name}/status`, { status: { phase: "Running" } }, "PATCH");
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } };
    return (await call(`${place}/pods/${name}/eviction`, body)).code;
  };
  await call(budgets, { metadata: { name: "none" }, spec: { minAvailable: 1 } });
  expect(await evicted("a")).toBe(201);
  await call(budgets, { metadata: { name: "all" }, spec: { minAvailable: 1, selector: {} } });
  expect(await evicted("b")).toBe(429);
});

test("a refused eviction says why its budget allows none", async () => {
  const place = await newNamespace("evict-why");
  const budgets = "https://sailplane/apis/policy/v1/namespaces/evict-why/poddisruptionbudgets";
  await call(budgets, { metadata: { name: "b" }, spec: { minAvailable: 1, selector: {} } });
  await call(`${place}/pods`, pod("a"));
  const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await call(`${place}/pods/a/status`, { status: ready }, "PATCH");
  const why = async (currentHealthy: number, reason: string, message: string) => {
    const lastTransitionTime = "2026-01-01T00:00:00Z";
    const condition = { type: "DisruptionAllowed", status: "False", reason, message, lastTransitionTime };
    const status = { observedGeneration: 1, desiredHealthy: 1, currentHealthy, conditions: [condition] };
    await call(`${budgets}/b/status`, { status }, "PATCH");
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "a" } };
    const { object } = await call(`${place}/pods/a/eviction`, body);
    return (object as { readonly details?: Status["details"] }).details?.causes?.[0]?.message;
  };
  const refused = "The disruption budget b does not allow evicting pods currently";
  const counted = "The disruption budget b needs 1 healthy pods and has 1 currently";
  expect(await why(2, "SyncFailed", "no scale")).toBe(`${refused} because it failed sync: no scale`);
  expect(await why(1, "SyncFailed", "")).toBe(counted);
  expect(await why(1, "Other", "x")).toBe(counted);
  expect(await why(2, "Other", "x")).toBe(`${refused} (Other): x`);
  expect(await why(2, "InsufficientPods", "")).toBe(refused);
});

test("an eviction's own options must agree with the request's", async () => {
  const place = await newNamespace("evict-options");
  await call(`${place}/pods`, pod("a"));
  const evict = async (deleteOptions: object) => {
    const { code, object } = await call(`${place}/pods/a/eviction?dryRun=All`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "a" },
      deleteOptions,
    });
    return [code, object.message];
  };
  expect(await evict({ dryRun: ["All"] })).toEqual([201, undefined]);
  expect(await evict({ dryRun: ["All", "All"] })).toEqual([
    500,
    "Non-matching dry-run options in request and content: [All] and [All All]",
  ]);
  expect((await evict({ ignoreStoreReadErrorWithClusterBreakingPotential: true }))[0]).toBe(422);
});
