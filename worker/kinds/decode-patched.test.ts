import { expect, test } from "vitest";
import { canonicalJson } from "../../api/machinery/json/json-canonical.ts";
import { copyJson } from "../../api/machinery/json/json-copy.ts";
import type { JsonObject } from "../../api/machinery/json/json-object.ts";
import { applyMergePatch } from "../../api/machinery/patch/merge-patch.ts";
import { applyStrategicMergePatch } from "../../api/machinery/patch/strategic-merge.ts";
import { pod } from "../../api/resources/core/pod.ts";
import { decodeChanged, decodePatched, structFor } from "./decode-patched.ts";

const served = { resource: pod, group: "", version: "v1", custom: false };

function stored(): JsonObject {
  const whole = decodePatched(
    {
      kind: "Pod",
      apiVersion: "v1",
      metadata: {
        name: "a",
        namespace: "n",
        labels: { app: "web" },
        managedFields: [{ manager: "m", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} }],
      },
      spec: {
        containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1" } } }],
        tolerations: [],
        volumes: [
          { name: "v", ephemeral: { volumeClaimTemplate: { spec: { dataSource: { kind: "K", name: "n" } } } } },
        ],
      },
      status: { phase: "Pending", conditions: [{ type: "Ready", status: "False" }] },
    },
    served,
  );
  if (!whole.ok) throw new Error(whole.message);
  return canonicalJson(whole.value, structFor(served)) as JsonObject;
}

const patches: readonly JsonObject[] = [
  {},
  { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } },
  { metadata: { uid: "u" }, status: { podIPs: [{ ip: "10.0.0.1" }] } },
  { metadata: { labels: { app: null, tier: "back" }, managedFields: [] } },
  { metadata: null },
  { metadata: "none" },
  { spec: { containers: [{ name: "c", image: "j" }, { name: "d" }], nodeName: "n" } },
  { spec: null, unknown: { a: 1 } },
  { spec: { priority: "high" } },
  { status: { phase: 1, unknown: [] }, zip: 1 },
];

test.each(patches)("%j: decoding only the changed members gives the same result as decoding all", (patch) => {
  for (const apply of [
    (object: JsonObject) => applyMergePatch(object, patch, "Warn"),
    (object: JsonObject) => applyStrategicMergePatch(object, copyJson(patch), structFor(served)),
  ]) {
    const from = stored();
    const result = apply(from);
    if (!result.ok) continue;
    expect(decodeChanged(result.object, from, served)).toEqual(decodePatched(result.object, served));
  }
});

test("unchanged members are copied", () => {
  const from = stored();
  const result = applyMergePatch(from, { status: { phase: "Running" } }, "Warn");
  if (!result.ok) throw new Error("refused");
  const decoded = decodeChanged(result.object, from, served);
  if (!decoded.ok) throw new Error(decoded.message);
  expect(decoded.value).toMatchObject({ spec: { containers: [{ name: "c" }] } });
  expect((decoded.value as JsonObject).spec).not.toBe(from.spec);
});
