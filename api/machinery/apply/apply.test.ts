import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  configMap,
  containers,
  data,
  ManagedObject,
  NOW,
  podTemplate,
  specOf,
} from "../../../test/fakes/objects/managed-object.ts";
import type { JsonObject } from "../json/json-object.ts";
import { parseApplied } from "./parse-applied.ts";
import { structuralView } from "./structural-view.ts";

const parsed = (text: string) => parseApplied({ ok: true, text });

describe("server-side apply", () => {
  test("APPLY-01: an applier owns the fields that it sets, and objects whose members merge only as a whole", () => {
    const a = podTemplate();
    a.apply("m", containers({ name: "c", command: ["x"], resources: {} }));
    expect(a.owners).toEqual([
      'm {"f:template":{"f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:command":{},"f:name":{},"f:resources":{}}}}}}',
    ]);
  });

  test("APPLY-02: a different value of a field that others own is a 409 that names them", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1", l: "1" }));
    expect(a.apply("m2", data({ k: "2" }))).toEqual({
      ok: false,
      code: 409,
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "m1": .data.k',
      causes: [{ reason: "FieldManagerConflict", message: 'conflict with "m1"', field: ".data.k" }],
    });
    a.write("u", (draft) => Object.assign(draft.data as JsonObject, { l: "2" }), "status");
    expect(a.apply("m2", data({ k: "2", l: "3" }))).toMatchObject({
      message:
        'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.k\n' +
        'conflicts with "u" with subresource "status" using v1:\n- .data.l',
    });
  });

  test("APPLY-02: an applied empty list differs from a non-empty one, though Go omits empty lists", () => {
    const a = new ManagedObject("networking.k8s.io/v1", "Ingress");
    a.apply("m1", { spec: { rules: [{ host: "h" }] } });
    expect(a.apply("m2", { spec: { rules: [] } })).toMatchObject({ ok: false, code: 409 });
  });

  test("APPLY-03: force takes ownership, and removes managers without fields", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1" }));
    expect(a.apply("m2", data({ k: "2" }), { force: true })).toMatchObject({ ok: true, changed: true });
    expect(a.owners).toEqual(['m2 {"f:data":{"f:k":{}}}']);
    a.apply("m3", {});
    expect(a.owners).toEqual(['m2 {"f:data":{"f:k":{}}}']);
    a.apply("m2", {});
    expect(a.owners).toEqual([]);
  });

  test("APPLY-04: managers that apply the same value share ownership, and one that changed nothing has no time", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1" }));
    expect(a.apply("m2", data({ k: "1" }))).toMatchObject({ ok: true, changed: false });
    expect(a.entries.map(({ manager, time }) => [manager, time])).toEqual([
      ["m2", undefined],
      ["m1", NOW],
    ]);
  });

  test("APPLY-05: fields that are no longer applied are removed, unless others own them", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1", l: "1" }));
    a.apply("m2", data({ l: "1" }));
    a.write("u", (draft) => Object.assign(draft.data as JsonObject, { n: "1" }));
    a.apply("m1", data({}));
    expect(a.object?.data).toEqual({ l: "1", n: "1" });
  });

  test("APPLY-06: list items are identified by their keys; missing keys have their default", () => {
    const a = new ManagedObject("v1", "Service");
    a.apply("m1", { spec: { ports: [{ port: 80 }] } });
    a.apply("m2", { spec: { ports: [{ port: 80, protocol: "UDP" }] } });
    expect(a.apply("m2", { spec: { ports: [{ port: 80, protocol: "TCP", targetPort: 1 }] } }).ok).toBe(true);
    expect(a.object).toHaveProperty("spec.ports", [{ port: 80, protocol: "TCP", targetPort: 1 }]);
    expect(a.owners[0]).toContain('"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}}');
  });

  test("APPLY-07: applied items keep their order, and the others their relative places", () => {
    const a = podTemplate();
    a.apply("m1", containers({ name: "a" }, { name: "b" }, { name: "c" }));
    a.apply("m2", containers({ name: "c" }, { name: "new" }, { name: "a" }));
    expect((specOf(a).containers as JsonObject[]).map(({ name }) => name)).toEqual(["b", "c", "new", "a"]);
  });

  test.each<[string, JsonObject]>([
    [".data.k: expected string, got &value.valueUnstructured{Value:1}", data({ k: 1 })],
    [".nope: field not declared in schema", { nope: 1 }],
    [".data: expected map, got &{x}", { data: "x" }],
    [".immutable: expected boolean, got &{x}", { immutable: "x" }],
    [".metadata.generation: expected numeric (int or float), got string", { metadata: { generation: "x" } }],
    ['.metadata.finalizers: duplicate entries for key [="x/9"]', { metadata: { finalizers: ["x/9", "x/9"] } }],
    [
      "errors:\n  .data.k: expected string, got &value.valueUnstructured{Value:true}\n" +
        '  .data.l: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":1}}',
      data({ k: true, l: { a: 1 } }),
    ],
  ])("APPLY-08: a body that does not fit its type is a 500: %s", (problem, body) => {
    expect(configMap().apply("m", body)).toEqual({
      ok: false,
      code: 500,
      reason: "",
      message: `failed to create typed patch object (/a; /v1, Kind=ConfigMap): ${problem}`,
    });
  });

  test.each<[string, JsonObject]>([
    ["invalid object type: /, Kind=", { apiVersion: "", kind: "" }],
    ["invalid object type: apps/v1, Kind=ConfigMap", { apiVersion: "apps/v1" }],
    ["invalid object type: /v1, Kind=Secret", { kind: "Secret" }],
    ["metadata.managedFields must be nil", { metadata: { managedFields: [] } }],
  ])("APPLY-09: a body of another kind, or with managedFields, is a 400: %s", (message, body) => {
    expect(configMap().apply("m", body)).toMatchObject({ ok: false, code: 400, reason: "BadRequest", message });
    expect(configMap().apply("m", { metadata: { managedFields: null } }).ok).toBe(true);
  });

  test("APPLY-10: fields of an object without managedFields belong to before-first-apply", () => {
    const a = configMap();
    const metadata = { name: "a", uid: "u", labels: { l: "1" } };
    a.object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { k: "1" } };
    expect(a.apply("m", data({ k: "2" }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
    });
    a.apply("m", data({ k: "2" }), { force: true });
    expect(a.owners).toEqual([
      'm {"f:data":{"f:k":{}}}',
      'before-first-apply {"f:data":{},"f:metadata":{"f:labels":{".":{},"f:l":{}}}}',
    ]);
  });

  test("APPLY-11: fields that the endpoint resets have no owner and cause no conflict", () => {
    const a = new ManagedObject("networking.k8s.io/v1", "Ingress");
    a.apply("m", { spec: { ingressClassName: "x" }, status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } });
    const body = { spec: { ingressClassName: "y" }, status: { loadBalancer: { ingress: [{ ip: "1.2.3.5" }] } } };
    expect(a.apply("st", body, { subresource: "status" }).ok).toBe(true);
    expect(a.owners).toEqual([
      'm {"f:spec":{"f:ingressClassName":{}}}',
      'st {"f:status":{"f:loadBalancer":{"f:ingress":{}}}}',
    ]);
    expect(a.entries[1]?.subresource).toBe("status");
  });

  test("APPLY-04: a key of a map may be any text that validation admits", () => {
    const a = configMap();
    const [applied, other] = ['{"__proto__":"x","constructor":"y"}', '{"constructor":"y"}'].map((text) =>
      JSON.parse(text),
    );
    a.apply("m1", data(applied));
    expect(JSON.stringify(a.object?.data)).toBe('{"__proto__":"x","constructor":"y"}');
    a.apply("m1", data(other));
    expect(JSON.stringify(a.object?.data)).toBe('{"constructor":"y"}');
  });

  test("APPLY-13: a structural schema works like a built-in type", () => {
    const view = structuralView({
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: {
            list: { type: "array", items: { type: "integer" } },
            any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            map: {
              type: "array",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": ["k"],
              items: { type: "object", properties: { k: { type: "string" }, v: { type: "string" } } },
            },
          },
        },
      },
    });
    const a = new ManagedObject("x.io/v1", "Thing", view);
    a.apply("m", { spec: { list: [1], any: { x: { y: 1 } }, map: [{ k: "1", v: "a" }] } });
    expect(a.owners).toEqual([
      'm {"f:spec":{"f:any":{"f:x":{".":{},"f:y":{}}},"f:list":{},"f:map":{"k:{\\"k\\":\\"1\\"}":{".":{},"f:k":{},"f:v":{}}}}}',
    ]);
    const embedded = structuralView({
      type: "object",
      properties: { in: { type: "object", "x-kubernetes-embedded-resource": true } },
    });
    const b = new ManagedObject("x.io/v1", "Thing", embedded);
    expect(b.apply("m", { in: { apiVersion: "v1", kind: "X", metadata: 5 } })).toMatchObject({
      code: 500,
      message: expect.stringMatching(/: \.in\.metadata: expected map, got &\{5\}$/),
    });
    expect(a.apply("m", { spec: { map: [{ v: "z" }] } })).toMatchObject({
      code: 500,
      message:
        "failed to create typed patch object (/a; x.io/v1, Kind=Thing): .spec.map: element 0: associative list with keys " +
        'has an element that omits all key fields ["k"] (and doesn\'t have default values for any key fields)',
    });
  });

  test("APPLY-14: the body must be a YAML map, and an empty one changes nothing", () => {
    expect(parsed("")).toEqual({ ok: true, value: {} });
    expect(parsed("[]")).toMatchObject({
      code: 400,
      message:
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: " +
        "json: cannot unmarshal array into Go value of type map[string]interface {}",
    });
    expect(parseApplied({ ok: false, problem: "invalid leading UTF-8 octet" })).toMatchObject({
      code: 400,
      message: "error decoding YAML: error converting YAML to JSON: yaml: invalid leading UTF-8 octet",
    });
    expect(parsed("a: b: c")).toMatchObject({
      message:
        "error decoding YAML: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    });
  });

  test("APPLY-15: repeated keys are reported by line, and only Strict refuses them", () => {
    expect(parsed("data:\n  k: y\n  k: z\n")).toMatchObject({
      value: { data: { k: "z" } },
      strict: {
        failure: {
          code: 400,
          message:
            'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 3: key "k" already set in map',
        },
        warnings: ['line 3: key "k" already set in map'],
      },
    });
  });

  test("the result equals the last configuration applied by the only manager", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const env = fc.uniqueArray(fc.record({ name, value: name }), { selector: ({ name }) => name, minLength: 1 });
    const ports = fc.uniqueArray(fc.record({ containerPort: fc.nat(3), protocol: fc.constantFrom("TCP", "UDP") }), {
      selector: ({ containerPort, protocol }) => `${containerPort}${protocol}`,
      minLength: 1,
    });
    const container = fc.record({ name, image: name, command: fc.array(name), env, ports }, { requiredKeys: ["name"] });
    const items = fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1 });
    fc.assert(
      fc.property(items, items, (first, second) => {
        const a = podTemplate();
        a.apply("m", containers(...first));
        a.apply("m", containers(...second));
        expect(specOf(a)).toEqual({ containers: second });
        const before = a.entries;
        expect(a.apply("m", containers(...second))).toMatchObject({ ok: true, changed: false });
        expect(a.entries).toEqual(before);
      }),
    );
  });
});

test("APPLY-05: items without an owner are removed if the list is applied as null again", () => {
  const pod = podTemplate();
  const body = containers({ name: "c", image: "i", env: null });
  const unowned = containers({ name: "c", image: "i", env: [{ name: "a", value: "b" }] });
  pod.apply("m", body);
  // As admission adds them: unnoticed by the tracking of owners.
  pod.object = { ...pod.object, ...unowned };
  pod.apply("m", body);
  expect(specOf(pod).containers).toEqual([{ name: "c", image: "i" }]);
  pod.write("other", (draft) => Object.assign(draft, unowned));
  pod.apply("m", body, { force: true });
  expect(specOf(pod).containers).toEqual([{ name: "c", image: "i", env: [{ name: "a", value: "b" }] }]);
});

test("APPLY-05: an object or a list that becomes empty stays if its owner applies it empty", () => {
  const strings = { type: "string" };
  const view = structuralView({
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          maps: { type: "object", additionalProperties: { type: "object", additionalProperties: strings } },
          sets: {
            type: "object",
            additionalProperties: { type: "array", items: strings, "x-kubernetes-list-type": "set" },
          },
        },
      },
    },
  });
  const one = new ManagedObject("example.com/v1", "Thing", view);
  one.apply("first", { spec: { maps: { a: { x: "1" } }, sets: { a: ["1"] } } });
  one.apply("first", { spec: { maps: { a: {} }, sets: { a: [] } } });
  expect(one.object?.spec).toEqual({ maps: { a: {} }, sets: { a: [] } });
  one.apply("first", { spec: { maps: {} } });
  expect(one.object?.spec).toEqual({ maps: {} });
});
