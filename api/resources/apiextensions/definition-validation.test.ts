import { expect, test } from "vitest";
import type { CustomResourceDefinition, JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { validateDefinitionCreate, validateDefinitionUpdate } from "./definition-validation.ts";

const definition = (spec: JSONSchemaProps, more: object = {}): CustomResourceDefinition => ({
  metadata: { name: "foos.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "foos", singular: "foo", kind: "Foo", listKind: "FooList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
        ...more,
      },
    ],
  },
  status: { storedVersions: ["v1"] },
});

const SPEC = "spec.validation.openAPIV3Schema.properties[spec]";

test.each<[string, JSONSchemaProps, string[]]>([
  [
    "a type for every field",
    { properties: {} },
    [`${SPEC}.type: Required value: must not be empty for specified object fields`],
  ],
  ["items for every array", { type: "array" }, [`${SPEC}.items: Required value: must be specified`]],
  ["items that are something", { type: "array", items: [] }, [`${SPEC}.items: Required value: must be specified`]],
  [
    "no types inside junctors",
    { type: "object", anyOf: [{ type: "object" }] },
    [`${SPEC}.anyOf[0].type: Forbidden: must be empty to be structural`],
  ],
  [
    "properties or additional properties",
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } },
    [`${SPEC}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    "keys for a map list",
    { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" },
    [`${SPEC}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`],
  ],
  [
    "no references, and is not looked at further as a structure",
    { $ref: "#/a", anyOf: [{ type: "object", default: false }] } as JSONSchemaProps,
    [`${SPEC}.$ref: Forbidden: $ref is not supported`],
  ],
  [
    "no defaults inside junctors, whatever they are",
    { type: "boolean", not: { default: false, additionalProperties: false } },
    [`${SPEC}.not.default: Forbidden: must be undefined to be structural`],
  ],
  [
    "defaults that fit, told by their places",
    { type: "array", items: { type: "string" }, default: [1] },
    [`${SPEC}.default.[0]: Invalid value: "integer": [0] in body must be of type string: "integer"`],
  ],
  [
    "integers or strings without a type",
    { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
    [],
  ],
])("a schema requires %s", (_, schema, expected) => {
  expect(validateDefinitionCreate(definition(schema)).map(({ path, message }) => `${path}: ${message}`)).toEqual(
    expected,
  );
});

test("messages name shared fields at the top level, and others within the version", () => {
  const bad = { additionalPrinterColumns: [{ name: "A", type: "text", jsonPath: ".x" }] };
  const one = definition({ type: "object" }, bad);
  expect(validateDefinitionCreate(one).map(({ path }) => path)).toEqual(["spec.additionalPrinterColumns[0].type"]);
  const two = definition({ type: "object" }, bad);
  const [first] = two.spec.versions;
  if (first) two.spec.versions.push({ ...first, name: "v2", storage: false, additionalPrinterColumns: [] });
  expect(validateDefinitionCreate(two).map(({ path }) => path)).toEqual([
    "spec.versions[0].additionalPrinterColumns[0].type",
  ]);
});

test("a schema is printed with Kubernetes' internal fields", () => {
  const [version] = definition({ type: "object" }, { subresources: { status: {} } }).spec.versions;
  const broken = definition({ type: "object" });
  broken.spec.versions = [
    { ...version, name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", enum: [1] } } },
  ];
  const [error] = validateDefinitionCreate(broken);
  expect(error?.path).toBe("spec.validation.openAPIV3Schema");
  expect(error?.message).toContain('Invalid value: {"ID":"","Schema":"","Ref":null,"Description":"","Type":"object",');
  expect(error?.message).toContain('"Enum":[1],"MaxProperties":null');
});

test("a stored rule may stay whatever its estimated cost; a rule in a changed schema may not", () => {
  const schema = (rule: string): JSONSchemaProps => ({
    type: "array",
    maxItems: 2000,
    items: { type: "string", maxLength: 10 },
    "x-kubernetes-validations": [{ rule }],
  });
  const old = definition(schema("self.all(x, self.exists(y, x == y))"));
  const within = (next: CustomResourceDefinition) =>
    validateDefinitionUpdate(next, old).filter(({ path }) => path.endsWith(".rule"));
  expect(within(old)).toEqual([]);
  expect(within(definition(schema("self.all(x, self.exists(y, y == x))")))).toHaveLength(1);
});

test("the length of a deprecation warning is counted in bytes", () => {
  const errorsOf = (deprecationWarning: string) =>
    validateDefinitionCreate(definition({ type: "object" }, { deprecated: true, deprecationWarning })).map(
      ({ message }) => message.slice(message.indexOf('": ') + 3),
    );
  expect(errorsOf("é".repeat(128))).toEqual([]);
  expect(errorsOf("é".repeat(129))).toEqual(["must be <= 256 characters long"]);
  expect(errorsOf("é\u0007")).toEqual([
    "must only contain printable UTF-8 characters; non-printable character found at index 2",
  ]);
});

test("selectable fields must exist in the schema of their version", () => {
  const reported = (schema: JSONSchemaProps, other: object = {}) => {
    const { spec, ...rest } = definition(schema, { selectableFields: [{ jsonPath: ".spec.a" }] });
    const [version] = spec.versions;
    const versions = version ? [version, { ...version, name: "v2", storage: false, ...other }] : [];
    const errors = validateDefinitionCreate({ ...rest, spec: { ...spec, versions } });
    return errors.map(({ path, message }) => `${path}: ${message}`);
  };
  const field: JSONSchemaProps = { type: "object", properties: { a: { type: "string" } } };
  expect(reported(field)).toEqual([]);
  const elsewhere = { schema: { openAPIV3Schema: { type: "object", properties: { spec: { ...field, title: "t" } } } } };
  expect(reported(field, elsewhere)).toEqual([
    'spec.selectableFields: Invalid value: "": may only be set when validations.schema is included',
  ]);
  expect(reported({ ...field, id: "x" })).toContainEqual(
    `spec.schema.openAPIV3Schema: Invalid value: "": OpenAPIV3Schema 'id' is not supported`,
  );
});

test("of several versions with the same name, only the first decides about storage", () => {
  const { spec, ...rest } = definition({ type: "object" });
  const [version] = spec.versions;
  const versions = version ? [{ ...version, storage: false }, version] : [];
  const paths = validateDefinitionCreate({ ...rest, spec: { ...spec, versions } }).map(({ path }) => path);
  expect(paths).toContain("status.storedVersions");
});

test("without versions there is none for storage", () => {
  const { spec, ...rest } = definition({ type: "object" });
  const [error] = validateDefinitionCreate({ ...rest, spec: { ...spec, versions: [] } });
  expect(error).toMatchObject({
    path: "spec.versions",
    message: "Invalid value: []: must have exactly one version marked as storage version",
  });
});

test("unknown fields cannot be preserved beside defaults", () => {
  const { spec, ...rest } = definition({ type: "object", properties: { a: { type: "string", default: "b" } } });
  const errors = validateDefinitionCreate({ ...rest, spec: { ...spec, preserveUnknownFields: true } });
  expect(errors.filter(({ path }) => path === "spec.preserveUnknownFields")).toMatchObject([
    { message: "Invalid value: true: must be false in order to use defaults in the schema" },
    { message: expect.stringContaining("cannot set to true") },
  ]);
});

test("on an update, stored versions are checked after what may not change", () => {
  const old = definition({ type: "object" });
  const [version] = old.spec.versions;
  const next = {
    ...old,
    spec: { ...old.spec, group: "other.example.com", versions: [{ ...version, name: "v2" }] },
    status: { ...old.status, storedVersions: ["v1"] },
  } as CustomResourceDefinition;
  const paths = validateDefinitionUpdate(next, old).map(({ path }) => path);
  expect(paths).toEqual(["spec.group", "status.storedVersions", "status.storedVersions[0]"]);
});
