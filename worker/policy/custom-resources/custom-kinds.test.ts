import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { customKinds } from "./custom-kinds.ts";

const version = (name: string, of: object = {}) => ({ name, served: true, storage: name === "v1", ...of });

const definition = (versions: readonly object[]) =>
  ({
    metadata: { name: "foos.e.com" },
    spec: { group: "e.com", scope: "Cluster", names: { plural: "foos", kind: "Foo" }, versions },
    status: {},
  }) as unknown as CustomResourceDefinition;

test("CRD-DEPRECATED: requests for a deprecated version get a warning with the version to use", () => {
  const deprecated = { deprecated: true };
  const reported = (versions: readonly object[]) =>
    customKinds(definition(versions)).served.map(({ version: name, deprecation }) => [name, deprecation]);
  expect(
    reported([
      version("v1alpha1", deprecated),
      version("v1beta1"),
      version("v1", deprecated),
      version("v2alpha1"),
      version("v3", { served: false }),
    ]),
  ).toEqual([
    ["v1alpha1", "e.com/v1alpha1 Foo is deprecated; use e.com/v1beta1 Foo"],
    ["v1beta1", undefined],
    ["v1", "e.com/v1 Foo is deprecated"],
    ["v2alpha1", undefined],
  ]);
  expect(reported([version("v1", { ...deprecated, deprecationWarning: "no more" })])).toEqual([["v1", "no more"]]);
});

test("CRD-STATUS: /status validates only the status against the schema, with its path", () => {
  const number = { type: "integer", maximum: 10 };
  const part = { type: "object", properties: { num: number } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: part, status: part } } };
  const [served] = customKinds(definition([version("v1", { schema, subresources: { status: {} } })])).served;
  const foo = (num: number) =>
    ({
      apiVersion: "e.com/v1",
      kind: "Foo",
      metadata: { name: "f" },
      spec: { num: 15 },
      status: { num },
    }) as KubeObject;
  const reported = (num: number, before: number) =>
    served?.resource.status?.validateUpdate?.(foo(num), foo(before)).map(({ path, message }) => `${path}: ${message}`);
  expect(reported(15, 1)).toEqual(["status.num: Invalid value: 15: num in body should be less than or equal to 10"]);
  expect(reported(15, 15)).toEqual([]);
  expect(reported(1, 2)).toEqual([]);
});

test("CRD-STORED: an object is stored at the storage version, whose defaults it has when it is read", () => {
  const text = (of: object = {}) => ({ type: "string", ...of });
  const schemaWith = (properties: object) => ({
    schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
  });
  const { served } = customKinds(
    definition([
      version("v1", schemaWith({ a: text(), b: text({ default: "stored" }), c: text({ default: "c" }) })),
      version("v2", schemaWith({ a: text(), b: text({ default: "asked" }), own: text() })),
    ]),
  );
  const [v1, v2] = served.map(({ conversion, storedForm }) => ({ ...conversion, storedForm }));
  const foo = { apiVersion: "e.com/v2", kind: "Foo", metadata: {}, spec: { a: "x", own: "y" } } as KubeObject;
  // Validated as it is, at the version at which it was sent.
  expect(v2?.toStored?.(foo)).toEqual(foo);
  const stored = v2?.storedForm?.(foo) as KubeObject;
  expect(stored).toMatchObject({ apiVersion: "e.com/v1", spec: { a: "x" } });
  expect(stored).not.toHaveProperty("spec.own");
  expect(v1?.storedForm).toBeUndefined();
  const read = (version: typeof v1, object: KubeObject) => (version?.fromStored?.(object) as { spec?: object })?.spec;
  expect(read(v2, stored)).toEqual({ a: "x", b: "stored" });
  expect(read(v1, stored)).toEqual({ a: "x", b: "stored", c: "c" });
  // It was stored when the other was the storage version.
  expect(read(v2, foo)).toEqual({ a: "x", b: "asked", own: "y" });
  expect(read(v1, foo)).toEqual({ a: "x", b: "asked" });
});

test("CRD-WEBHOOK: an object gets the defaults of the version at which it is stored, and no others, before its conversion", () => {
  const withDefault = (field: string) => {
    const spec = { type: "object", properties: { [field]: { type: "string", default: "d" } } };
    return { schema: { openAPIV3Schema: { type: "object", properties: { spec } } } };
  };
  const versions = [version("v1", withDefault("a")), version("v2", withDefault("b"))];
  const defined = definition(versions);
  const conversion = { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"] } };
  const { served } = customKinds({ ...defined, spec: { ...defined.spec, conversion } } as CustomResourceDefinition);
  const v2 = served.find((each) => each.version === "v2");
  const foo = (at: string, spec: object) =>
    ({ apiVersion: `e.com/${at}`, kind: "Foo", metadata: { name: "f" }, spec }) as KubeObject;
  expect(v2?.converter?.completed(foo("v1", { dropped: "x" }))).toEqual(foo("v1", { a: "d" }));
  expect(v2?.converter?.completed(foo("v2", {}))).toEqual(foo("v2", { b: "d" }));
  expect(v2?.conversion?.fromStored(foo("v2", { unknown: "x" }))).toEqual(foo("v2", {}));
});
