import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { documentsOf, parseObject, parseObjects, withMaskedData, yamlOf } from "./yaml-text.ts";

const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "s",
    managedFields: [],
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aHVudGVy"}}',
      note: "kept",
    },
  },
  data: { password: "aHVudGVy" },
} as KubeObject;

test("a masked secret shows its keys but none of its values, including in annotations", () => {
  const text = yamlOf(withMaskedData(secret));
  expect(text).not.toContain("aHVudGVy");
  expect(text).toContain("password:");
  expect(text).toContain("note: kept");
});

test("managed fields are left out", () => {
  expect(yamlOf(secret)).not.toContain("managedFields");
});

test("documents are split; comments alone are not a document", () => {
  expect(documentsOf("# hi\n---\na: 1\n---\n\n---\nb: 2\n")).toHaveLength(2);
});

test.each([
  ["- a", /no object/],
  ["kind: Pod", /apiVersion/],
  ["apiVersion: v1\nkind: Pod", /metadata.name/],
  ["a: [", /line 1: did not find expected node content/],
  ["a: 1\na: 2", /line 2: key "a" already set/],
])("%j is refused with a reason", (text, reason) => {
  expect(parseObject(text)).toEqual({ problem: expect.stringMatching(reason) });
});

test("characters that change text direction are made visible, and survive a round trip", () => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", resourceVersion: "1" },
    data: { plain: "\u05e9\u05dc\u05d5\u05dd", turned: "a\u202eb\u2066c", "key\u200f": "x: y" },
  };
  const text = yamlOf(object);
  expect(text).toContain("plain: \u05e9\u05dc\u05d5\u05dd\n");
  expect(text).toContain('turned: "a\\u202eb\\u2066c"\n');
  expect(parseObject(text)).toEqual({ object });
});

const configMap = (name: string, data: object) =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, resourceVersion: "1" }, data }) as KubeObject;

test("texts that YAML 1.1 takes for something else are quoted, and integers beyond 2^53 are exact", () => {
  const object = configMap("a", { a: "yes", b: "0400", c: "12:30", d: 9007199254740993n, e: "0o17" });
  expect(parseObject(yamlOf(object))).toEqual({ object });
});

test("control characters that YAML does not allow survive a round trip", () => {
  const object = configMap("a", { a: "\u007f", b: "\u0080\u0085\u009f", c: "a\uffff" });
  expect(parseObject(yamlOf(object))).toEqual({ object });
});

test("reading thousands of documents takes as long as their text, not its square", () => {
  const lines = Array.from({ length: 20 }, (_, line) => `  key-${line}: value`).join("\n");
  const document = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n${lines}\n`;
  expect(parseObjects(Array(2000).fill(document).join("---\n"))).toHaveLength(2000);
});

test("numbers are read as the API server and kubectl read them", () =>
  expect(parseObject("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {mode: 0400, on: yes}")).toEqual({
    object: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { mode: 256, true: true } },
  }));

test("a List is its items, and a broken manifest hides none of the others", () => {
  const item = (name: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`;
  const text = `apiVersion: v1\nkind: List\nitems:\n- ${item("a")}\n- ${item("b")}\n---\nx: [\n---\n${item("c")}\n`;
  expect(
    parseObjects(text).map((parsed) => ("object" in parsed ? parsed.object.metadata.name : parsed.problem)),
  ).toEqual(["a", "b", "yaml: line 7: did not find expected node content", "c"]);
});
