import { expect, test } from "vitest";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { call, pod } from "../../../test/workers/core-calls.ts";

test("only one PriorityClass is the default, and a pod keeps its priority if an update omits it", async () => {
  const root = "https://sailplane/apis/scheduling.k8s.io/v1/priorityclasses";
  const priorityClass = (name: string) => ({ metadata: { name }, value: 7, globalDefault: true });
  expect((await call(root, priorityClass("usual"))).code).toBe(201);
  expect((await call(root, priorityClass("other"))).object.message).toBe(
    'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
  const merge = await call(`${root}/usual`, { description: "x" }, "PATCH");
  expect(merge.code).toBe(200);
  const created = (await call("/namespaces/default/pods", pod("prior"))).object as KubeObject & { spec: object };
  expect(created.spec).toMatchObject({ priority: 7, preemptionPolicy: "PreemptLowerPriority" });
  const { priority: _, preemptionPolicy: __, tolerations: ___, ...spec } = created.spec as Record<string, unknown>;
  const put = await call("/namespaces/default/pods/prior", { ...created, spec }, "PUT");
  expect(put.object).toMatchObject({ spec: { priority: 7 } });
  await call(`${root}/usual`, {}, "DELETE");
});

test("a system PriorityClass cannot be deleted by name, but can with the collection, as in Kubernetes", async () => {
  const root = "https://sailplane/apis/scheduling.k8s.io/v1/priorityclasses";
  const named = await call(`${root}/system-node-critical?dryRun=All`, {}, "DELETE");
  expect(named).toMatchObject({ code: 403, object: { message: expect.stringContaining("system priority class") } });
  expect((await call(`${root}?dryRun=All`, {}, "DELETE")).code).toBe(200);
});
