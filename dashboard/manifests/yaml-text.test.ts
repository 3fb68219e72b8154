import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { documentsOf, parseObject, withMaskedData, yamlOf } from "./yaml-text.ts";

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
  ["a: [", /flow|Flow|collection/],
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
