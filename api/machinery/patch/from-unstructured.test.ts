import { expect, test } from "vitest";
import { structOfKind } from "../../schema/table.ts";
import { unstructuredProblem } from "./from-unstructured.ts";

const container = (members: object) => ({ spec: { containers: [{ name: "c", ...members }] } });
const JSON_INTO = "json: cannot unmarshal";

test.each([
  [{ spec: { nodeName: "n", hostNetwork: true, priority: 1, overhead: { cpu: "1" } } }, undefined],
  [{ spec: null }, undefined],
  [{ spec: "x" }, "cannot restore struct from: string"],
  [{ spec: [] }, "cannot restore struct from: slice"],
  [{ spec: { containers: {} } }, "cannot restore slice from map"],
  [{ spec: { containers: ["x"] } }, "cannot restore struct from: string"],
  [{ spec: { nodeSelector: 1 } }, "cannot restore map from int64"],
  [{ spec: { nodeSelector: 1.5 } }, "cannot restore map from float64"],
  [{ spec: { nodeSelector: { a: true } } }, "unrecognized type: string"],
  [{ metadata: { labels: { a: 1 } } }, "cannot convert int64 to string"],
  [{ spec: { nodeName: 1.5 } }, "unrecognized type: string"],
  [{ spec: { nodeName: [] } }, "unrecognized type: string"],
  [{ spec: { restartPolicy: 5 } }, "cannot convert int64 to v1.RestartPolicy"],
  [{ spec: { hostNetwork: 1 } }, "unrecognized type: bool"],
  [{ spec: { hostNetwork: "true" } }, "unrecognized type: bool"],
  [{ spec: { priority: "1" } }, "unrecognized type: int32"],
  [{ spec: { priority: 1.5 } }, "cannot convert float64 to int32"],
  [{ spec: { activeDeadlineSeconds: {} } }, "unrecognized type: int64"],
  [{ metadata: { creationTimestamp: 5 } }, `${JSON_INTO} number into Go value of type string`],
  [container({ livenessProbe: { httpGet: { port: [] } } }), `${JSON_INTO} array into Go value of type int32`],
  [
    container({ resources: { limits: { cpu: "x" } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
])("PATCH-10: %j as a Pod: %j", (pod, problem) => {
  expect(unstructuredProblem(pod, structNamed("Pod"))).toBe(problem);
});

test.each([
  [{ data: { a: "YQ==" } }, undefined],
  [{ data: { a: "a$" } }, "error decoding from json: illegal base64 data at input byte 1"],
  [{ data: { a: 1 } }, "cannot restore slice from int64"],
])("PATCH-10: %j as a Secret: %j", (secret, problem) => {
  expect(unstructuredProblem(secret, structNamed("Secret"))).toBe(problem);
});

function structNamed(kind: string) {
  const struct = structOfKind("v1", kind);
  if (!struct) throw new Error(`no ${kind}`);
  return struct;
}
