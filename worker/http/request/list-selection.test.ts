import { expect, test } from "vitest";
import type { Served } from "../../kinds/kind-registry.ts";
import { selectionOf } from "./list-options.ts";

const KINDS: Readonly<Record<string, object>> = {
  namespaced: { scope: "Namespaced" },
  "namespaced, with fields": {
    scope: "Namespaced",
    fields: { "spec.x": () => "" },
    fieldAliases: { "spec.old": "spec.x" },
  },
  "cluster-scoped": { scope: "Cluster" },
  "cluster-scoped, with fields": { scope: "Cluster", fields: { "spec.x": () => "" } },
  "cluster-scoped, custom": { scope: "Cluster", structuralSchema: {} },
};
const REFUSED = /is not a known field selector|field label not supported/;
const select = (kind: string, fieldSelector: string, conversion?: object) =>
  selectionOf(new URLSearchParams({ fieldSelector }), {
    resource: { kind: "Kind", ...KINDS[kind] },
    conversion,
  } as unknown as Served);

test.each([
  ["namespaced", "metadata.namespace", true],
  ["namespaced", "spec.x", false],
  ["namespaced, with fields", "metadata.namespace", true],
  ["namespaced, with fields", "spec.x", true],
  ["namespaced, with fields", "spec.old", true],
  ["namespaced, with fields", "spec.y", false],
  ["cluster-scoped", "metadata.name", true],
  ["cluster-scoped", "metadata.namespace", true],
  ["cluster-scoped, with fields", "metadata.name", true],
  ["cluster-scoped, with fields", "metadata.namespace", false],
  ["cluster-scoped, custom", "metadata.namespace", false],
])("a kind that is %s is selected by %s: %s", (kind, field, isKnown) => {
  const read = () => select(kind, `${field}=a`);
  if (isKnown) expect(read().requirements).toHaveLength(1);
  else expect(read).toThrow(REFUSED);
});

test("a field of the version in the URL stands for that of the stored one, and no other is known", () => {
  const conversion = { fieldNames: { "spec.new": "spec.x" } };
  const stored = [{ of: "field", key: "spec.x", operator: "in", values: ["a"] }];
  expect(select("namespaced, with fields", "spec.new=a", conversion).requirements).toEqual(stored);
  expect(select("namespaced, with fields", "spec.old=a").requirements).toEqual(stored);
  expect(() => select("namespaced, with fields", "spec.x=a", conversion)).toThrow(REFUSED);
});

test.each([
  ["metadata.name=a", { name: "a" }],
  ["metadata.name!=a", {}],
  ["metadata.namespace=n", { namespace: "n" }],
  ["metadata.namespace!=n,metadata.name=a", { name: "a" }],
])("%s names %j", (fieldSelector, named) => {
  const { requirements: _, ...rest } = select("namespaced", fieldSelector);
  expect(rest).toEqual(named);
});
