import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { structOfKind } from "../../schema/table.ts";
import { unsaidList } from "../../schema/unsaid-list.ts";
import { type ApplyResult, applyPatch } from "./apply-patch.ts";
import { type FieldSet, fieldPath } from "./field-set.ts";
import { differInTimesOnly } from "./kept-times.ts";
import { type JsonObject, type KindAtVersion, ownableThrough } from "./ownership.ts";
import { parseApplied } from "./parse-applied.ts";
import { reconcileSet } from "./reconcile-set.ts";
import { parentEntries, scaleEntries } from "./scale-owners.ts";
import { structView } from "./struct-view.ts";
import { structuralView } from "./structural-view.ts";
import { trackUpdate } from "./track-update.ts";
import type { TypeView } from "./type-view.ts";

const NOW = "2026-01-01T00:00:00Z";
const LATER = "2026-01-02T00:00:00Z";

const viewOf = (apiVersion: string, kind: string): TypeView => {
  const struct = structOfKind(apiVersion, kind);
  if (!struct) throw new Error(kind);
  return structView(struct);
};

/** One object and those who write it. */
class Case {
  object: JsonObject | undefined;
  now = NOW;
  readonly #apiVersion: string;
  readonly #kind: string;
  #view: TypeView;

  constructor(apiVersion: string, kind: string, view = viewOf(apiVersion, kind)) {
    this.#apiVersion = apiVersion;
    this.#kind = kind;
    this.#view = view;
  }

  at(subresource: string): KindAtVersion & { kindName: string } {
    const ownable = ownableThrough({ subresource, status: {} });
    return { apiVersion: this.#apiVersion, kindName: this.#kind, view: this.#view, schemaChanges: true, ownable };
  }

  /** The schema is another from now on. */
  becomes(view: TypeView): void {
    this.#view = view;
  }

  apply(manager: string, body: JsonObject, options: { force?: boolean; subresource?: string } = {}): ApplyResult {
    const { force = false, subresource = "" } = options;
    const metadata = { name: "a", ...(body.metadata as JsonObject) };
    const applied = { apiVersion: this.#apiVersion, kind: this.#kind, ...body, metadata };
    const kind = this.at(subresource);
    const result = applyPatch({ live: this.object, applied, kind, manager, force, subresource, now: this.now });
    if (result.ok) this.object = result.object;
    return result;
  }

  write(manager: string, change: (draft: JsonObject) => void, subresource = ""): void {
    const next = structuredClone(
      this.object ?? { apiVersion: this.#apiVersion, kind: this.#kind, metadata: { name: "a" } },
    );
    change(next);
    const kind = this.at(subresource);
    const managedFields = trackUpdate({ old: this.object, next, kind, manager, subresource, now: this.now });
    this.object = { ...next, metadata: { ...(next.metadata as JsonObject), managedFields } };
  }

  get entries(): ManagedFieldsEntry[] {
    return ((this.object?.metadata as JsonObject | undefined)?.managedFields ?? []) as ManagedFieldsEntry[];
  }

  /** `manager: fields`, in the stored order and text. */
  get owners(): string[] {
    return this.entries.map(({ manager, fieldsV1 }) => `${manager} ${JSON.stringify(fieldsV1)}`);
  }
}

const configMap = () => new Case("v1", "ConfigMap");
const data = (members: JsonObject): JsonObject => ({ data: members });
const podTemplate = () => new Case("v1", "PodTemplate");
const containers = (...items: JsonObject[]): JsonObject => ({ template: { spec: { containers: items } } });
const specOf = ({ object = {} }: Case) => (object.template as { spec: JsonObject }).spec;

describe("server-side apply", () => {
  test("APPLY-01: an applier owns the fields that it sets, and objects that merge only by their members", () => {
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

  test("APPLY-03: force takes the fields, and who has none left is gone", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1" }));
    expect(a.apply("m2", data({ k: "2" }), { force: true })).toMatchObject({ ok: true, changed: true });
    expect(a.owners).toEqual(['m2 {"f:data":{"f:k":{}}}']);
  });

  test("APPLY-04: the same value is owned together, and a manager that changed nothing has no time", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1" }));
    expect(a.apply("m2", data({ k: "1" }))).toMatchObject({ ok: true, changed: false });
    expect(a.entries.map(({ manager, time }) => [manager, time])).toEqual([
      ["m2", undefined],
      ["m1", NOW],
    ]);
  });

  test("APPLY-05: what is applied no longer goes, unless somebody else owns it", () => {
    const a = configMap();
    a.apply("m1", data({ k: "1", l: "1" }));
    a.apply("m2", data({ l: "1" }));
    a.write("u", (draft) => Object.assign(draft.data as JsonObject, { n: "1" }));
    a.apply("m1", data({}));
    expect(a.object?.data).toEqual({ l: "1", n: "1" });
  });

  test("APPLY-06: list items are told apart by their keys, of which absent ones have their default", () => {
    const a = new Case("v1", "Service");
    a.apply("m1", { spec: { ports: [{ port: 80 }] } });
    a.apply("m2", { spec: { ports: [{ port: 80, protocol: "UDP" }] } });
    expect(a.apply("m2", { spec: { ports: [{ port: 80, protocol: "TCP", targetPort: 1 }] } }).ok).toBe(true);
    expect(a.object).toHaveProperty("spec.ports", [{ port: 80, protocol: "TCP", targetPort: 1 }]);
    expect(a.owners[0]).toContain('"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}}');
  });

  test("APPLY-07: applied items keep their order, and the others their places among them", () => {
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
    ["metadata.managedFields must be nil", { metadata: { managedFields: [] } }],
  ])("APPLY-09: a body of another kind, or with managedFields, is a 400: %s", (message, body) => {
    expect(configMap().apply("m", body)).toMatchObject({ ok: false, code: 400, reason: "BadRequest", message });
  });

  test("APPLY-10: what an untracked object holds belongs to before-first-apply", () => {
    const a = configMap();
    a.object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", uid: "u" }, data: { k: "1" } };
    expect(a.apply("m", data({ k: "2" }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
    });
    a.apply("m", data({ k: "2" }), { force: true });
    expect(a.owners).toEqual(['m {"f:data":{"f:k":{}}}', 'before-first-apply {"f:data":{}}']);
  });

  test("APPLY-11: nobody owns what the endpoint resets, and so it is no conflict there", () => {
    const a = new Case("networking.k8s.io/v1", "Ingress");
    a.apply("m", { spec: { ingressClassName: "x" }, status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } });
    const body = { spec: { ingressClassName: "y" }, status: { loadBalancer: { ingress: [{ ip: "1.2.3.5" }] } } };
    expect(a.apply("st", body, { subresource: "status" }).ok).toBe(true);
    expect(a.owners).toEqual([
      'm {"f:spec":{"f:ingressClassName":{}}}',
      'st {"f:status":{"f:loadBalancer":{"f:ingress":{}}}}',
    ]);
    expect(a.entries[1]?.subresource).toBe("status");
  });

  test("APPLY-12: kubectl takes without force what client-side apply set, and renews its annotation", () => {
    const last = "kubectl.kubernetes.io/last-applied-configuration";
    const a = configMap();
    const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "1", l: "1" } };
    a.write("kubectl-client-side-apply", (draft) => {
      draft.data = { k: "1", l: "changed" };
      draft.metadata = { name: "a", uid: "u", annotations: { [last]: JSON.stringify(applied) } };
    });
    expect(a.apply("kubectl", data({ k: "2", l: "2" }))).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.l',
    });
    expect(a.apply("kubectl", data({ k: "2" })).ok).toBe(true);
    const renewed = '{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n';
    expect(a.object).toHaveProperty(["metadata", "annotations", last], renewed);
  });

  test("APPLY-13: a structural schema is a type like any other", () => {
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
    const a = new Case("x.io/v1", "Thing", view);
    a.apply("m", { spec: { list: [1], any: { x: { y: 1 } }, map: [{ k: "1", v: "a" }] } });
    expect(a.owners).toEqual([
      'm {"f:spec":{"f:any":{"f:x":{".":{},"f:y":{}}},"f:list":{},"f:map":{"k:{\\"k\\":\\"1\\"}":{".":{},"f:k":{},"f:v":{}}}}}',
    ]);
    const embedded = structuralView({
      type: "object",
      properties: { in: { type: "object", "x-kubernetes-embedded-resource": true } },
    });
    const b = new Case("x.io/v1", "Thing", embedded);
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

  test("APPLY-14: the body is a YAML map, and an empty one says nothing", () => {
    expect(parseApplied("")).toEqual({ ok: true, value: {} });
    expect(parseApplied("[]")).toMatchObject({
      code: 400,
      message:
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: " +
        "json: cannot unmarshal array into Go value of type map[string]interface {}",
    });
    expect(parseApplied("a: b: c")).toMatchObject({
      message:
        "error decoding YAML: error converting YAML to JSON: yaml: line 1: mapping values are not allowed in this context",
    });
  });

  test("APPLY-15: repeated keys are told by line, and only Strict refuses them", () => {
    expect(parseApplied("data:\n  k: y\n  k: z\n")).toMatchObject({
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

  test("what its only manager applied last is what stands", () => {
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

describe("managedFields of ordinary writes", () => {
  test("TRACK-01: a create owns all that it sets, and each object that it makes", () => {
    const a = configMap();
    a.write("w", (draft) => Object.assign(draft, data({ k: "1" }), { immutable: false }));
    expect(a.owners).toEqual(['w {"f:data":{".":{},"f:k":{}},"f:immutable":{}}']);
  });

  test("TRACK-02: objects that Go holds by value are there before they are set", () => {
    const a = new Case("apps/v1", "Deployment");
    a.write("w", (draft) => {
      draft.spec = {
        strategy: { rollingUpdate: { maxSurge: 1 } },
        template: { spec: { containers: [{ name: "c" }] } },
      };
    });
    expect(a.owners).toEqual([
      'w {"f:spec":{"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{}}},' +
        '"f:template":{"f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:name":{}}}}}}}',
    ]);
  });

  test("TRACK-02: and so are times that nothing was said of, with the object that has them", () => {
    const a = new Case("apps/v1", "Deployment");
    a.write(
      "w",
      (draft) => {
        draft.status = { conditions: [{ type: "A", status: "True" }] };
      },
      "status",
    );
    expect(a.owners).toEqual([
      'w {"f:status":{"f:conditions":{".":{},"k:{\\"type\\":\\"A\\"}":' +
        '{".":{},"f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:status":{},"f:type":{}}}}}',
    ]);
  });

  test("TRACK-14: an object with an item that has no name has no managers, and nothing can be applied to it", () => {
    const a = new Case("v1", "ServiceAccount");
    a.write("w", (draft) => Object.assign(draft, { secrets: [{ name: "a" }] }));
    expect(a.owners).toHaveLength(1);
    a.write("w", (draft) => Object.assign(draft, { secrets: [{}] }));
    expect(a.owners).toEqual([]);
    const result = a.apply("x", { secrets: [{ name: "b" }] });
    expect(result).toMatchObject({ ok: false, code: 500 });
  });

  test("TRACK-03: a changed field is the changer's alone, and a removed one is nobody's", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1", l: "1" })));
    a.now = LATER;
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.owners).toEqual(['w1 {"f:data":{}}', 'w2 {"f:data":{"f:k":{}}}']);
    expect(a.entries.map(({ time }) => time)).toEqual([NOW, LATER]);
    a.write("w3", (draft) => delete draft.data);
    expect(a.entries).toEqual([]);
  });

  test("TRACK-04: a write that changes nothing leaves entries and times as they are", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const before = a.entries;
    a.now = LATER;
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { resourceVersion: "9", generation: 2 }));
    expect(a.entries).toEqual(before);
  });

  test.each([[[]], [[{}]]])("TRACK-05: %j resets tracking until somebody applies", (managedFields) => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
    expect(a.entries).toEqual([]);
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.entries).toEqual([]);
  });

  test("TRACK-06: null, and entries that are not valid, leave the stored ones", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const before = a.entries;
    const withSet = (fieldsV1: JsonObject) => [{ ...before[0], fieldsV1 }];
    for (const managedFields of [null, [{ manager: "x" }], withSet({ nope: {} }), withSet({ "k:{": {} })]) {
      a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
      expect(a.entries).toEqual(before);
    }
    const later = withSet({ "f:data": { "f:k": {}, "z:later": {} } });
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields: later }));
    expect(a.owners).toEqual(['w1 {"f:data":{"f:k":{}}}']);
  });

  test("TRACK-15: a list that nobody said is nobody's, an empty one its maker's", () => {
    const role = new Case("rbac.authorization.k8s.io/v1", "ClusterRole");
    role.write("w1", (draft) => Object.assign(draft, { rules: unsaidList() }));
    expect(role.entries).toEqual([]);
    const said = new Case("rbac.authorization.k8s.io/v1", "ClusterRole");
    said.write("w1", (draft) => Object.assign(draft, { rules: [] }));
    expect(said.owners).toEqual(['w1 {"f:rules":{}}']);
  });

  test.each<[boolean, string, JsonObject]>([
    [true, "a later time", { time: LATER }],
    [false, "the same time", {}],
    [false, "another manager", { time: LATER, manager: "w2" }],
    [false, "other fields", { time: LATER, fieldsV1: { "f:data": {} } }],
  ])("TRACK-16: %s for %s: entries that differ in their times only are of no change", (only, _, change) => {
    const stored = [{ manager: "w1", time: NOW, fieldsV1: { "f:data": { "f:k": {} } } }] as ManagedFieldsEntry[];
    expect(differInTimesOnly([{ ...stored[0], ...change }], stored)).toBe(only);
    expect(differInTimesOnly([], stored)).toBe(false);
  });

  test("TRACK-07: a client may edit the entries", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const managedFields = a.entries.map((entry) => ({ ...entry, manager: "renamed" }));
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
    expect(a.entries.map(({ manager }) => manager)).toEqual(["renamed"]);
  });

  test("TRACK-08: of more than ten updaters the oldest become ancient-changes", () => {
    const a = configMap();
    a.write("w00", (draft) => Object.assign(draft, data({})));
    for (let i = 1; i <= 12; i++) {
      a.now = `2026-01-01T00:00:${String(i).padStart(2, "0")}Z`;
      a.write(`w${i}`, (draft) => Object.assign(draft, { data: { ...(draft.data as JsonObject), [`k${i}`]: "1" } }));
    }
    expect(a.entries).toHaveLength(10);
    expect(a.owners[0]).toBe('ancient-changes {"f:data":{".":{},"f:k1":{},"f:k2":{},"f:k3":{}}}');
  });

  test("TRACK-09: a manager of a version that is no longer served is forgotten", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const old = { ...a.entries[0], manager: "old", apiVersion: "v0" };
    Object.assign(a.object?.metadata as JsonObject, { managedFields: [...a.entries, old] });
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.entries.map(({ manager }) => manager)).toEqual(["w1", "w2"]);
  });

  test("TRACK-10: stored sets are sorted: fields, then keys, numbers among them by value", () => {
    const a = new Case("v1", "Service");
    a.write("w", (draft) => {
      draft.spec = { type: "ClusterIP", ports: [443, 80, 8080].map((port) => ({ port, protocol: "TCP" })) };
      draft.metadata = { name: "a", labels: { z: "1", "a<b": "1" } };
    });
    const stored = JSON.stringify(a.entries[0]?.fieldsV1);
    expect(stored.match(/(?<=port\\":)\d+/g)).toEqual(["80", "443", "8080"]);
    expect(stored.indexOf("f:a<b")).toBeLessThan(stored.indexOf("f:z"));
  });
});

test("TRACK-11: fields are compared at the version that their manager wrote at", () => {
  const rename = (from: string, to: string) => (object: JsonObject) => {
    const { [from]: value, ...rest } = object;
    return value === undefined ? rest : { ...rest, [to]: value };
  };
  const kind = {
    ...configMap().at(""),
    versions: (version: string) =>
      version === "v0"
        ? { view: viewOf("v1", "Secret"), from: rename("data", "stringData"), to: rename("stringData", "data") }
        : undefined,
  };
  const entry = { manager: "old", apiVersion: "v0", fieldsType: "FieldsV1", time: NOW };
  const update = { ...entry, operation: "Update", fieldsV1: { "f:stringData": { ".": {}, "f:k": {}, "f:l": {} } } };
  const live = (managedFields: ManagedFieldsEntry[]) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", managedFields },
    data: { k: "1", l: "1" },
  });
  const next = { ...live([update]), data: { k: "2", l: "1" } };
  const tracked = trackUpdate({ old: live([update]), next, kind, manager: "new", subresource: "", now: LATER });
  expect(tracked?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ["old", { "f:stringData": { ".": {}, "f:l": {} } }],
    ["new", { "f:data": { "f:k": {} } }],
  ]);
  const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "1" } };
  const apply = { ...entry, operation: "Apply", fieldsV1: { "f:stringData": { "f:k": {}, "f:l": {} } } };
  const common = { kind, force: false, subresource: "", now: LATER };
  const result = applyPatch({ ...common, live: live([apply]), applied, manager: "old" });
  expect(result).toMatchObject({ ok: true, object: { data: { k: "1" } } });
  expect(result).toHaveProperty("object.data", { k: "1" });
});

test("SCALE-01: the scale endpoint sees who owns the replicas, and gives back what it decided", () => {
  const paths = { "apps/v1": ["spec", "replicas"] };
  const set = { "f:spec": { "f:replicas": {}, "f:paused": {} } };
  const common = { apiVersion: "apps/v1", fieldsType: "FieldsV1", fieldsV1: set, time: NOW };
  const entries = [
    { ...common, manager: "m", operation: "Apply" },
    { ...common, manager: "other", operation: "Apply", fieldsV1: fieldPath("spec", "paused") },
  ];
  const seen = scaleEntries(entries, paths);
  expect(seen).toEqual([
    {
      ...common,
      apiVersion: "autoscaling/v1",
      manager: "m",
      operation: "Apply",
      fieldsV1: fieldPath("spec", "replicas"),
    },
  ]);
  const scaler = {
    manager: "hpa",
    operation: "Update",
    apiVersion: "autoscaling/v1",
    subresource: "scale",
    fieldsType: "FieldsV1",
    fieldsV1: fieldPath("spec", "replicas"),
  };
  expect(parentEntries(entries, [scaler], { paths, apiVersion: "apps/v1" })).toEqual([
    { ...common, manager: "m", operation: "Apply", fieldsV1: fieldPath("spec", "paused") },
    entries[1],
    { ...scaler, apiVersion: "apps/v1" },
  ]);
});

test("APPLY-11: through an endpoint that takes a few paths only, nobody owns anything else", () => {
  const paths = [["f:spec", "f:containers", "*", "f:resources"]];
  const set = {
    "f:metadata": { "f:labels": { "f:a": {} } },
    "f:spec": {
      ".": {},
      "f:nodeName": {},
      "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:image": {}, "f:resources": { "f:limits": {} } } },
    },
  };
  expect(ownableThrough({ subresource: "resize", paths })(set)).toEqual({
    "f:spec": {
      ".": {},
      "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:resources": { "f:limits": {} } } },
    },
  });
});

test("APPLY-11: through a status endpoint that keeps metadata, nobody owns any of it", () => {
  const set = { "f:metadata": { "f:labels": {} }, "f:spec": {}, "f:status": { "f:phase": {} } };
  const through = (status: { keepsMetadata?: boolean }) => ownableThrough({ subresource: "status", status })(set);
  expect(through({ keepsMetadata: true })).toEqual({ "f:status": { "f:phase": {} } });
  expect(through({})).toEqual({ "f:metadata": { "f:labels": {} }, "f:status": { "f:phase": {} } });
});

describe("APPLY-16: a schema that makes a list or an object atomic changes who owns what of it", () => {
  const schemaOf = (list: object, map: object) =>
    structuralView({
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: {
            items: {
              type: "array",
              items: { type: "object", properties: { name: { type: "string" }, size: { type: "integer" } } },
              ...list,
            },
            labels: { type: "object", additionalProperties: { type: "string" }, ...map },
          },
        },
      },
    });
  const granular = schemaOf(
    { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
    { "x-kubernetes-map-type": "granular" },
  );
  const atomic = schemaOf({ "x-kubernetes-list-type": "atomic" }, { "x-kubernetes-map-type": "atomic" });
  const spec = { items: [{ name: "a", size: 1 }], labels: { x: "1" } };
  const whole = { "f:items": {}, "f:labels": {} };
  const members = {
    "f:items": { 'k:{"name":"a"}': { ".": {}, "f:name": {}, "f:size": {} } },
    "f:labels": { "f:x": {} },
  };
  const owned = ({ object }: Case) => {
    const { managedFields } = (object ?? { metadata: {} }).metadata as { managedFields: readonly ManagedFieldsEntry[] };
    return Object.fromEntries(
      managedFields.map(({ manager, fieldsV1 }) => [manager, (fieldsV1 as FieldSet | undefined)?.["f:spec"]]),
    );
  };
  const started = (view: TypeView) => {
    const one = new Case("example.com/v1", "Thing", view);
    one.apply("first", { spec });
    return one;
  };

  test("granular to atomic: a second applier is told of the whole", () => {
    const one = started(granular);
    expect(owned(one)).toEqual({ first: members });
    one.becomes(atomic);
    const second = one.apply("second", { spec: { ...spec, labels: { y: "2" } } });
    expect(second).toMatchObject({ ok: false, code: 409, causes: [{ field: ".spec.labels" }] });
    one.write("editor", (draft) => ((draft.metadata as JsonObject).labels = { a: "b" }));
    expect(owned(one).first).toEqual(whole);
  });

  test("atomic to granular: who owned the whole owns what he did, and others may add members", () => {
    const one = started(atomic);
    expect(owned(one)).toEqual({ first: whole });
    one.becomes(granular);
    const second = one.apply("second", { spec: { items: [{ name: "b", size: 2 }], labels: { y: "2" } } });
    expect(second.ok).toBe(true);
    expect(owned(one).first).toEqual(whole);
    expect(one.object?.spec).toEqual({
      items: [
        { name: "a", size: 1 },
        { name: "b", size: 2 },
      ],
      labels: { x: "1", y: "2" },
    });
  });

  test("a schema that stays leaves the sets as they are", () => {
    const set = { "f:spec": owned(started(granular)).first ?? {} };
    expect(reconcileSet(set, granular)).toBe(set);
  });

  test("who applied an empty object owns nothing that others put into it", () => {
    const one = new Case("example.com/v1", "Thing", granular);
    one.becomes(granular);
    one.apply("empty", { spec: {} });
    one.apply("full", { spec: { labels: { x: "1" } } });
    expect(one.apply("full", { spec: { labels: { x: "2" } } }).ok).toBe(true);
    expect(owned(one)).toEqual({ empty: {}, full: { "f:labels": { "f:x": {} } } });
  });
});

test("APPLY-05: an object or a list that loses all that it holds stays where its owner applies it empty", () => {
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
  const one = new Case("example.com/v1", "Thing", view);
  one.apply("first", { spec: { maps: { a: { x: "1" } }, sets: { a: ["1"] } } });
  one.apply("first", { spec: { maps: { a: {} }, sets: { a: [] } } });
  expect(one.object?.spec).toEqual({ maps: { a: {} }, sets: { a: [] } });
  one.apply("first", { spec: { maps: {} } });
  expect(one.object?.spec).toEqual({ maps: {} });
});
