import { expect, test } from "vitest";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { deployment } from "../../../api/resources/apps/deployment.ts";
import { configMap } from "../../../api/resources/core/config-map.ts";
import { ApiError } from "../../api-error.ts";
import { applyFormat, parsePatch, patchFormats } from "./patch-format.ts";

const context = {
  served: { resource: configMap, group: "", version: "v1", custom: false },
  options: { dryRun: false, fieldManager: "", fieldValidation: "Warn", force: false },
} as const;
const object = (): KubeObject =>
  ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: "a" }, data: { k: "v" } }) as KubeObject;

function patched(format: string, patch: unknown): KubeObject | string | undefined {
  const found = patchFormats[`application/${format}`];
  if (!found) throw new Error(format);
  try {
    return applyFormat(found, { value: patch, duplicates: [] }, object(), context).object;
  } catch (error) {
    if (error instanceof ApiError) return error.status.details?.causes?.[0]?.message?.replace(/^.*\}": /, "");
    throw error;
  }
}

test("PATCH-01: a number that no float64 holds is refused as by Go", () => {
  const problem = (format: string, patch: string) => {
    const found = patchFormats[`application/${format}`];
    if (!found) throw new Error(format);
    try {
      return parsePatch(new TextEncoder().encode(patch), found, context.options);
    } catch (error) {
      return error instanceof ApiError ? error.status.message : error;
    }
  };
  expect(problem("merge-patch+json", '{"a":1e309}')).toBe(
    "error decoding patch: json: cannot unmarshal number 1e309 into Go value of type float64",
  );
  expect(problem("json-patch+json", '[{"op":"add","path":"/a","value":-1e400}]')).toBe(
    "error decoding patch: json: cannot unmarshal number -1e400 into Go struct field jsonPatchOp.value of type float64",
  );
});

test("PATCH-08: a patch cannot change an object's kind", () => {
  const unknown = (kind: string, version: string) =>
    `no kind "${kind}" is registered for version "${version}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  const pod = "converting (v1.Pod) to (core.ConfigMap): unknown conversion";
  for (const [patch, problem] of [
    [{ kind: "Pod" }, pod],
    [{ kind: "Nope" }, unknown("Nope", "v1")],
    [{ apiVersion: "v2" }, unknown("ConfigMap", "v2")],
  ] as const) {
    expect(patched("merge-patch+json", patch)).toBe(problem);
  }
  expect(patched("json-patch+json", [{ op: "replace", path: "/kind", value: "Pod" }])).toBe(pod);
});

test("PATCH-08: kind and apiVersion in a strategic merge patch have no effect, and can be omitted", () => {
  expect(patched("strategic-merge-patch+json", { kind: "Pod", apiVersion: "v2" })).toEqual(object());
  expect(patched("strategic-merge-patch+json", { kind: null, apiVersion: null })).toEqual(object());
  expect(patched("merge-patch+json", { kind: null })).toEqual(object());
});

test("PATCH-08: a patch that removes apiVersion makes all fields unknown, including the name", () => {
  const format = patchFormats["application/merge-patch+json"];
  for (const patch of [{ apiVersion: null }, { apiVersion: "", kind: null }]) {
    const { object: read, warnings } =
      (format && applyFormat(format, { value: patch, duplicates: [] }, object(), context)) ?? {};
    expect([read?.metadata, warnings]).toEqual([{}, ['unknown field "data"', 'unknown field "metadata"']]);
  }
});

test("PATCH-11: errors of other patches are in the order of sorted members", () => {
  const warnings = (format: string, patch: unknown) => {
    const found = patchFormats[`application/${format}`];
    return found && applyFormat(found, { value: patch, duplicates: [] }, object(), context).warnings;
  };
  const sorted = ['unknown field "foo"', 'unknown field "metadata.zip"', 'unknown field "zap"'];
  expect(warnings("merge-patch+json", { zap: 1, metadata: { zip: 1 }, foo: 1 })).toEqual(sorted);
  const add = (path: string) => ({ op: "add", path, value: 1 });
  expect(warnings("json-patch+json", [add("/zap"), add("/metadata/zip"), add("/foo")])).toEqual(sorted);
  expect(patched("merge-patch+json", { immutable: "x", data: 1 })).toMatch(/into Go struct field ConfigMap.data/);
});

test("PATCH-10: errors of a strategic merge are in the converter's words, with unknown fields in its order", () => {
  expect(patched("strategic-merge-patch+json", { data: { k: 1 } })).toBe(
    'Invalid value: "map[data:map[k:1]]": cannot convert int64 to string',
  );
  const format = patchFormats["application/strategic-merge-patch+json"];
  const patch = { metadata: { zip: 1 }, zap: 1, foo: 1 };
  expect(format && applyFormat(format, { value: patch, duplicates: [] }, object(), context).warnings).toEqual(
    ["foo", "metadata.zip", "zap"].map((field) => `unknown field "${field}"`),
  );
});

test("PATCH-10: the shown patch is what Kubernetes has not merged: no directives, no lists that are ordered", () => {
  const served = { resource: deployment, group: "apps", version: "v1", custom: false } as const;
  const container = { name: "c", image: "i", env: [{ name: "A", value: "x" }] };
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [container] } };
  const stored = { kind: "Deployment", apiVersion: "apps/v1", metadata: { name: "a" }, spec: { template } };
  const shown = (spec: object) => {
    const format = patchFormats["application/strategic-merge-patch+json"];
    try {
      return format && applyFormat(format, { value: { spec }, duplicates: [] }, stored, { ...context, served });
    } catch (error) {
      return error instanceof ApiError && /"map\[spec:(.*)\]": /.exec(error.status.message ?? "")?.[1];
    }
  };
  const env = { "$setElementOrder/env": [{ name: "A" }], env: [{ name: "A", value: 5 }] };
  const containers = [{ name: "c", ...env }];
  expect(shown({ template: { spec: { "$setElementOrder/containers": [{ name: "c" }], containers } } })).toBe(
    "map[template:map[spec:map[]]]",
  );
  expect(shown({ template: { spec: { containers } } })).toBe("map[template:map[spec:map[containers:[map[name:c]]]]]");
  expect(shown({ strategy: { $retainKeys: ["type"], type: 5, rollingUpdate: null } })).toBe(
    "map[strategy:map[$retainKeys:[type] type:5]]",
  );
  expect(
    shown({ template: { $retainKeys: ["spec"], metadata: null, spec: { hostname: [{ $patch: "delete" }] } } }),
  ).toBe("map[template:map[metadata:<nil> spec:map[hostname:[map[$patch:delete]]]]]");
  expect(shown({ replicas: "3", selector: { matchLabels: { $patch: "replace", x: "y" } } })).toBe(
    "map[replicas:3 selector:map[]]",
  );
});

const parsed = (format: string, text: string, fieldValidation: "Ignore" | "Warn" | "Strict") => {
  const found = patchFormats[`application/${format}`];
  if (!found) throw new Error(format);
  try {
    return parsePatch(new TextEncoder().encode(text), found, { ...context.options, fieldValidation }).duplicates;
  } catch (error) {
    if (error instanceof ApiError) return error.status.message;
    throw error;
  }
};

test.each([
  ["merge-patch+json", "Warn", '{"data":{"a":"1","a":"2"}}', ['duplicate field "data.a"']],
  ["merge-patch+json", "Ignore", '{"data":{"a":"1","a":"2"}}', []],
  ["strategic-merge-patch+json", "Strict", '{"data":{"a":"1","a":"2"}}', ['duplicate field "data.a"']],
  ["json-patch+json", "Warn", '[{"op":"test","op":"add"}]', ['json patch duplicate field "[0].op"']],
  ["merge-patch+json", "Warn", "{", "error decoding patch: unexpected end of JSON input"],
  ["merge-patch+json", "Ignore", "{", "Invalid JSON Patch"],
  ["json-patch+json", "Strict", "[", "error decoding patch: unexpected end of JSON input"],
  ["json-patch+json", "Ignore", "[", "unexpected end of JSON input"],
  ["strategic-merge-patch+json", "Warn", "{", "unexpected end of JSON input"],
] as const)("PATCH-09: the errors of a %s under fieldValidation=%s: %s", (format, level, text, reported) => {
  expect(parsed(format, text, level)).toEqual(reported);
});
