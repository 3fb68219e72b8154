import { describe, expect, test } from "vitest";
import { structOf } from "../../schema/table.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { printMerged, printPatched, printUntyped } from "./print-patched.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

const configMap = () => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", finalizers: ["x/1", "x/2"] },
  data: { k: "v" },
});
const template = () => ({
  template: { spec: { containers: [{ name: "r", image: "i" }], tolerations: [{ key: "t" }] } },
});
const strategic = (patch: unknown) => applyStrategicMergePatch(template(), patch, structOf("core.v1.PodTemplate"));
const containers = (items: unknown) => ({ template: { spec: { containers: items } } });

describe("PATCH-01: a malformed JSON patch is 400 with the decoder's text", () => {
  test.each([
    [
      { op: "add" },
      "Warn",
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    ],
    ["x", "Strict", "error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp"],
    [[1], "Warn", "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"],
    [
      [{ op: 1 }],
      "Warn",
      "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string",
    ],
    [{ op: "add" }, "Ignore", "json: cannot unmarshal object into Go value of type jsonpatch.Patch"],
  ] as const)("%j under %s", (patch, level, message) => {
    expect(applyJsonPatch(configMap(), patch, level)).toEqual({ ok: false, code: 400, reason: "BadRequest", message });
  });
});

describe("PATCH-02: an operation that does not apply is 422 without details", () => {
  test.each([
    [{ op: "nope", path: "/data/k" }],
    [{ path: "/data/k", value: "1" }],
    [{ op: "add", value: "1" }],
    [{ op: "remove", path: "/data/none" }],
    [{ op: "add", path: "/nope/deep/x", value: "1" }],
    [{ op: "add", path: "", value: {} }],
    [{ op: "test", path: "/data/k", value: "zzz" }],
    [{ op: "replace", path: "/metadata/finalizers/2", value: "x" }],
    [{ op: "add", path: "/metadata/finalizers/4", value: "x" }],
    [{ op: "move", from: "/metadata/finalizers/-3", path: "/data/z" }],
  ])("the operation %j is refused", (operation) => {
    expect(applyJsonPatch(configMap(), [operation], "Warn")).toMatchObject({
      code: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      emptyDetails: true,
    });
  });
});

describe("PATCH-03: JSON patch does what evanphx/json-patch does beyond the RFC", () => {
  test.each([
    [
      "replace of a missing member adds it",
      { op: "replace", path: "/data/n", value: "1" },
      { data: { k: "v", n: "1" } },
    ],
    ["add without a value adds null", { op: "add", path: "/data/n" }, { data: { k: "v", n: null } }],
    ["the text before the first slash is ignored", { op: "add", path: "data/n", value: 1 }, { n: 1 }],
    [
      "-1 is the last item",
      { op: "replace", path: "/metadata/finalizers/-1", value: "y" },
      { metadata: { name: "a", finalizers: ["x/1", "y"] } },
    ],
    [
      "adding at -1 appends",
      { op: "add", path: "/metadata/finalizers/-1", value: "y" },
      { metadata: { name: "a", finalizers: ["x/1", "x/2", "y"] } },
    ],
    ["test of a missing member against null holds", { op: "test", path: "/data/n", value: null }, {}],
    [
      "~1 and ~0 are a slash and a tilde",
      { op: "add", path: "/data/a~1b~01", value: "1" },
      { data: { k: "v", "a/b~1": "1" } },
    ],
  ])("%s", (_, operation, changed) => {
    expect(applyJsonPatch(configMap(), [operation], "Warn")).toMatchObject({
      ok: true,
      object: { ...configMap(), ...changed },
    });
  });
  test("unknown members of an operation are strict errors, which fieldValidation=Ignore does not ask for", () => {
    const patch = [{ op: "test", path: "/data/k", value: "v", extra: 1 }];
    expect(applyJsonPatch(configMap(), patch, "Warn")).toMatchObject({
      strictErrors: ['json patch unknown field "[0].extra"'],
    });
    expect(applyJsonPatch(configMap(), patch, "Ignore")).toMatchObject({ strictErrors: [] });
  });
  test("PATCH-04: more than 10000 operations are 413", () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/data/k", value: "v" }));
    expect(applyJsonPatch(configMap(), patch, "Warn")).toMatchObject({
      code: 413,
      message: "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
    });
  });
  test("PATCH-04: a missing member is copied as null", () => {
    const patch = [{ op: "copy", from: "/data/missing", path: "/data/copy" }];
    const patched = applyJsonPatch(configMap(), patch, "Warn");
    expect(patched.ok && (patched.object.data as object)).toMatchObject({ copy: null });
  });

  test("PATCH-04: copies that double the document are limited", () => {
    const patch = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "/data", path: `/data/${i}` }));
    expect(applyJsonPatch(configMap(), patch, "Warn")).toMatchObject({ code: 422 });
    expect(applyJsonPatch(configMap(), patch.slice(0, 4), "Warn")).toMatchObject({ ok: true });
  });

  // The texts are those of `kubectl patch --local --type json` for the same object.
  test.each([
    [{ op: "test", path: "/data/k", value: "x" }, "testing value /data/k failed: test failed"],
    [{ op: "test", path: "/nope/k" }, "test operation does not apply: is missing path: /nope/k: missing value"],
    [
      { op: "remove", path: "/data/z" },
      "error in remove for path: '/data/z': Unable to remove nonexistent key: z: missing value",
    ],
    [{ op: "remove", path: "/zz/z" }, 'remove operation does not apply: doc is missing path: "/zz/z": missing value'],
    [
      { op: "remove", path: "/metadata/finalizers/7" },
      "error in remove for path: '/metadata/finalizers/7': Unable to access invalid index: 7: invalid index referenced",
    ],
    [
      { op: "remove", path: "/metadata/finalizers/q" },
      "error in remove for path: '/metadata/finalizers/q': strconv.Atoi: parsing \"q\": invalid syntax",
    ],
    [
      { op: "replace", path: "/metadata/finalizers/3", value: 1 },
      "replace operation does not apply: doc is missing key: /metadata/finalizers/3: missing value",
    ],
    [{ op: "replace", path: "/zz/z" }, "replace operation does not apply: doc is missing path: /zz/z: missing value"],
    [
      { op: "add", path: "/metadata/finalizers/4", value: 1 },
      "error in add for path: '/metadata/finalizers/4': Unable to access invalid index: 4: invalid index referenced",
    ],
    [
      { op: "add", path: "/metadata/finalizers/x", value: 1 },
      "error in add for path: '/metadata/finalizers/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
    ],
    [{ op: "add" }, "add operation failed to decode path: missing value"],
    [{ op: "test" }, "test operation failed to decode path: operation missing path field: missing value"],
    [
      { op: "move", from: "/data/zz", path: "/data/k" },
      "error in move for path: 'zz': Unable to remove nonexistent key: zz: missing value",
    ],
    [
      { op: "move", from: "/data/k", path: "/zz/k" },
      "move operation does not apply: doc is missing destination path: /zz/k: missing value",
    ],
    [
      { op: "copy", path: "/zz/k" },
      "copy operation failed to decode from: operation, missing from field: missing value",
    ],
    [
      { op: "copy", from: "/metadata/finalizers/4", path: "/data/k" },
      "error in copy for from: '/metadata/finalizers/4': Unable to access invalid index: 4: invalid index referenced",
    ],
    [{ op: "nope", path: "/zz/k" }, "Unexpected kind: nope"],
    [{ path: "/zz/k" }, "Unexpected kind: unknown"],
  ])("%j fails: %s", (operation, detail) => {
    const object = { metadata: { name: "a", finalizers: ["x/1", "x/2"] }, data: { k: "v" } };
    expect(applyJsonPatch(object, [operation], "Ignore")).toMatchObject({ ok: false, detail });
  });
});

describe("PATCH-05: a merge patch deletes by null and replaces lists", () => {
  test("nulls within a new member are removed with their keys", () => {
    const patch = { data: null, metadata: { finalizers: ["y"], annotations: { a: null, b: "1" } } };
    expect(applyMergePatch(configMap(), patch, "Warn")).toMatchObject({
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", finalizers: ["y"], annotations: { b: "1" } },
      },
    });
  });
  test("nulls in objects of a list are removed too, unless the list replaces an object", () => {
    const list = [{ a: null, b: 1 }, null];
    const patched = applyMergePatch({ list: [1], object: {} }, { list, fresh: list, object: list }, "Warn");
    expect(patched).toMatchObject({ object: { list: [{ b: 1 }, null], fresh: [{ b: 1 }, null], object: list } });
  });
  test("PATCH-11: patched parts are printed sorted, the rest in its old order", () => {
    const object = {
      kind: "K",
      apiVersion: "v1",
      metadata: { name: "a", labels: { z: "1", a: "<" } },
      data: { k: "v" },
    };
    const merge = { data: { b: { y: 1, x: 1 } } };
    const merged = applyMergePatch(object, merge, "Warn");
    expect(merged.ok && printMerged(merged.object, merge, object)).toBe(
      '{"apiVersion":"v1","data":{"b":{"x":1,"y":1},"k":"v"},"kind":"K","metadata":{"name":"a","labels":{"z":"1","a":"\\u003c"}}}',
    );
    const operations = [{ op: "add", path: "/metadata/labels/b", value: { y: 1, x: 1 } }];
    const patched = applyJsonPatch(object, operations, "Warn");
    expect(patched.ok && printPatched(patched.object, operations)).toBe(
      '{"apiVersion":"v1","data":{"k":"v"},"kind":"K","metadata":{"labels":{"a":"\\u003c","b":{"y":1,"x":1},"z":"1"},"name":"a"}}',
    );
    expect(printUntyped(object)).toContain('"metadata":{"labels":{"a":"\\u003c","z":"1"},"name":"a"}');
  });
  test.each([
    [[], "Warn", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"],
    [[], "Ignore", "Invalid JSON Patch"],
    [null, "Warn", "Invalid JSON Patch"],
  ] as const)("%j under %s is 400", (patch, level, message) => {
    expect(applyMergePatch(configMap(), patch, level)).toMatchObject({ code: 400, message });
  });
});

describe("PATCH-06: a strategic merge patch fails with Kubernetes' words and codes", () => {
  test.each([
    [500, "unknown patch type: nope in map: map[$patch:nope name:r]", containers([{ $patch: "nope", name: "r" }])],
    [500, "merging lists cannot yet be specified in the patch", containers([{ $patch: "merge", name: "r" }])],
    [500, "map: map[image:i] does not contain declared merge key: name", containers([{ image: "i" }])],
    [500, "map: map[$patch:delete] does not contain declared merge key: name", containers([{ $patch: "delete" }])],
    [500, "unknown patch type: nope in map: map[$patch:nope]", { template: { $patch: "nope" } }],
    [500, "list element types are not identical: [[map[image:i name:r]] [x]]", containers(["x"])],
    [
      500,
      "The order in patch list:\n[map[name:r] map[name:s]]\n doesn't match $setElementOrder list:\n[map[name:s] map[name:r]]\n",
      {
        template: {
          spec: {
            containers: [{ name: "r" }, { name: "s" }],
            "$setElementOrder/containers": [{ name: "s" }, { name: "r" }],
          },
        },
      },
    ],
    [400, "invalid patch format of retainKeys", { template: { spec: { $retainKeys: ["containers"], hostname: "h" } } }],
    [400, "invalid patch format of retainKeys", { template: { spec: { $retainKeys: "containers" } } }],
    [400, "json: cannot unmarshal array into Go value of type map[string]interface {}", []],
    [500, "list element types are not identical: [[map[image:i name:r]] [[x]]]", containers([["x"]])],
    [500, "unknown patch type: %!s(int64=5) in map: map[$patch:5]", { template: { $patch: 5 } }],
  ])("%i %s", (code, message, patch) => {
    expect(strategic(patch)).toMatchObject({ ok: false, code, message });
  });
});

test("PATCH-07: neither the object nor the patch is changed", () => {
  const [object, patch] = [template(), containers([{ name: "r", env: [{ name: "A", value: null }] }, { name: "s" }])];
  const before = JSON.stringify([object, patch]);
  applyStrategicMergePatch(object, patch, structOf("core.v1.PodTemplate"));
  expect(JSON.stringify([object, patch])).toBe(before);
});

describe("PATCH-12: long lists are merged in time", () => {
  const numbers = Array.from({ length: 40_000 }, (_, i) => i);
  const variables = (of: (i: number) => string, more = {}) => numbers.map((i) => ({ name: of(i), ...more }));
  const template = (env: object[], more = {}) => ({
    template: { spec: { containers: [{ name: "c", env, ...more }] } },
  });
  const merged = (old: object[], patch: object[], more = {}) => {
    const patched = applyStrategicMergePatch(template(old), template(patch, more), structOf("core.v1.PodTemplate"));
    if (!patched.ok) throw new Error(patched.message);
    return (patched.object as unknown as { template: { spec: { containers: { env: { name: string }[] }[] } } }).template
      .spec.containers[0]?.env;
  };

  test("with other items, in another order, and with deletions", () => {
    const old = variables((i) => `E${i}`);
    expect(
      merged(
        old,
        variables((i) => `F${i}`),
      ),
    ).toHaveLength(80_000);
    const turned = variables((i) => `E${numbers.length - 1 - i}`, { value: "x" });
    expect(merged(old, turned)).toEqual(turned);
    expect(
      merged(
        old,
        variables((i) => `E${i}`, { $patch: "delete" }),
      ) ?? [],
    ).toEqual([]);
    const order = { "$setElementOrder/env": [{ name: "G" }] };
    expect(merged(old, [...variables((i) => `E${i}`, { $patch: "delete" }), { name: "G" }], order)).toEqual([
      { name: "G" },
    ]);
  }, 5000);

  test("of primitives are merged in time, too", () => {
    const finalizers = numbers.map((i) => `a.b/${i}`);
    const object = { ...configMap(), metadata: { name: "a", finalizers } };
    const patch = { metadata: { finalizers: [...finalizers, "a.b/new"] } };
    const patched = applyStrategicMergePatch(object, patch, structOf("core.v1.ConfigMap"));
    expect(patched).toMatchObject({ ok: true, object: { metadata: { finalizers: [...finalizers, "a.b/new"] } } });
  }, 5000);
});
