import { expect, test } from "vitest";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { structOf } from "../../schema/table.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

const names = Array.from({ length: 40_000 }, (_, i) => `a.b/${i}`);
const patched = (finalizers: string[] | undefined, metadata: object) => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", ...(finalizers ? { finalizers } : {}) },
  };
  const done = applyStrategicMergePatch(object, { metadata }, structOf("core.v1.ConfigMap"));
  return done.ok ? (done.object.metadata as { finalizers?: string[] }).finalizers : done.message;
};

test(
  "PATCH-12: items that an empty order does not name come in the reverse order, few and many",
  inCpuTime(3000, () => {
    for (const finalizers of [["a.b/1", "a.b/2", "a.b/3"], names]) {
      const patch = { finalizers, "$setElementOrder/finalizers": [] };
      expect(patched(undefined, patch)).toEqual(finalizers.toReversed());
    }
  }),
);

test(
  "PATCH-12: many primitives are deleted in time",
  inCpuTime(3000, () => {
    const patch = { "$deleteFromPrimitiveList/finalizers": names.map((name) => `${name}-`).concat("a.b/0") };
    expect(patched(names, patch)).toEqual(names.slice(1));
  }),
);

test(
  "PATCH-12: one deletion among many kept items is made in time",
  inCpuTime(3000, () => {
    const old = names.map((name) => ({ name }));
    const kept = old.slice(1);
    const spec = {
      schedulingGates: [{ name: "a.b/0", $patch: "delete" }, ...kept],
      "$setElementOrder/schedulingGates": kept,
    };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { schedulingGates: old } };
    expect(applyStrategicMergePatch(pod, { spec }, structOf("core.v1.Pod"))).toMatchObject({
      ok: true,
      object: { spec: { schedulingGates: kept } },
    });
  }),
);
