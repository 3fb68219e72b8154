import { expect, test } from "vitest";
import { CLUSTER_STORE, call, newCluster } from "../../test/workers/api-under-test.ts";

test("REG-DEFAULTS-STORED: an object gets defaults that are newer than it with its next write, and is written once", async () => {
  const cluster = await newCluster("older");
  const classes = `${cluster}/apis/scheduling.k8s.io/v1/priorityclasses`;
  expect((await call(classes, { body: { metadata: { name: "old" }, value: 1 } })).code).toBe(201);
  const store = CLUSTER_STORE.getByName(cluster.split("/").at(-1) ?? "");
  const key = { resource: "priorityclasses.scheduling.k8s.io", namespace: "", name: "old" };
  const read = await store.read({ key });
  if (!read.ok || !read.entry) throw new Error("the class is not there");
  const { attributes, revision, text } = read.entry;
  const older = text
    .replace(`"resourceVersion":"${revision}"`, '"resourceVersion":""')
    .replace(',"preemptionPolicy":"PreemptLowerPriority"', "");
  const write = { op: "replace", key, ifRevision: revision, text: older, attributes } as const;
  expect(await store.commit({ writes: [write] })).toMatchObject({ ok: true });
  expect((await call(`${classes}/old`)).object).not.toHaveProperty("preemptionPolicy");

  const merge = { method: "PATCH", type: "application/merge-patch+json", body: {} };
  const { object } = await call(`${classes}/old`, merge);
  // The field is immutable.
  expect(object).toMatchObject({ preemptionPolicy: "PreemptLowerPriority" });
  expect((await call(`${classes}/old`, merge)).object).toEqual(object);
});
