import { expect, test } from "vitest";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { configMap, data } from "../../../test/fakes/objects/managed-object.ts";
import type { JsonObject } from "../json/json-object.ts";

test(
  "APPLY-02, APPLY-03: thousands of managers lose fields in a time that grows with their fields only",
  inCpuTime(4000, () => {
    const many = 6000;
    const dataOf = (count: number, value: string) =>
      data(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value])));
    const a = configMap();
    const managedFields = Array.from({ length: many }, (_, i) => ({
      ...{ manager: `m${i}`, operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1" },
      fieldsV1: { "f:data": { [`f:k${i}`]: {} } },
    }));
    a.write("w", (draft) => Object.assign(draft, dataOf(many, "1")));
    a.write("w", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
    const wanted = dataOf(2 * many, "2");
    expect(a.apply("z", wanted)).toHaveProperty("causes.length", many);
    expect(a.apply("z", wanted, { force: true })).toMatchObject({ ok: true });
    expect(a.owners).toHaveLength(1);
    const created = configMap();
    created.write("w", (draft) => Object.assign(draft, dataOf(many, "1"), { metadata: { name: "c", managedFields } }));
    expect(created.owners).toHaveLength(1);
  }),
);
