import { expect, test } from "vitest";
import { configMap, data } from "../../../test/fakes/objects/managed-object.ts";

const LAST = "kubectl.kubernetes.io/last-applied-configuration";

test("APPLY-12: kubectl takes over client-side applied fields without force, and updates the last-applied annotation", () => {
  const a = configMap();
  const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "1", l: "1" } };
  a.write("kubectl-client-side-apply", (draft) => {
    draft.data = { k: "1", l: "changed" };
    draft.metadata = { name: "a", uid: "u", annotations: { [LAST]: JSON.stringify(applied) } };
  });
  expect(a.apply("another", data({ k: "2" }))).toMatchObject({ code: 409 });
  expect(a.apply("another", data({ n: "1" })).ok).toBe(true);
  expect(a.object).toHaveProperty(["metadata", "annotations", LAST], JSON.stringify(applied));
  expect(a.apply("kubectl", data({ k: "2", l: "2" }))).toMatchObject({
    message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.l',
  });
  expect(a.apply("kubectl", data({ k: "2" })).ok).toBe(true);
  const renewed = '{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n';
  expect(a.object).toHaveProperty(["metadata", "annotations", LAST], renewed);
});

test("APPLY-12: an annotation that would become longer in UTF-8 than annotations may be is dropped", () => {
  const a = configMap();
  a.write("u", (draft) => Object.assign(draft, { metadata: { name: "a", annotations: { [LAST]: "{}" } } }));
  expect(a.apply("kubectl", data({ k: "é".repeat(140_000) })).ok).toBe(true);
  expect(a.object).not.toHaveProperty(["metadata", "annotations", LAST]);
});
