import { describe, expect, test } from "vitest";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { configMap, data, LATER, ManagedObject, NOW, viewOf } from "../../../test/fakes/objects/managed-object.ts";
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { implicitEmptyList } from "../../schema/implicit-empty-list.ts";
import type { JsonObject } from "../json/json-object.ts";
import { applyPatch } from "./apply-patch.ts";
import { differInTimesOnly } from "./kept-times.ts";
import { trackUpdate } from "./track-update.ts";

describe("managedFields of ordinary writes", () => {
  test("TRACK-01: a create owns every field that it sets, and every object that it creates", () => {
    const a = configMap();
    a.write("w", (draft) => Object.assign(draft, data({ k: "1" }), { immutable: false }));
    expect(a.owners).toEqual(['w {"f:data":{".":{},"f:k":{}},"f:immutable":{}}']);
  });

  test("TRACK-02: objects that Go holds by value exist before they are set", () => {
    const a = new ManagedObject("apps/v1", "Deployment");
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

  test("TRACK-02: unset times that Go holds by value exist with the object that contains them", () => {
    const a = new ManagedObject("apps/v1", "Deployment");
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

  test("TRACK-14: an object with a list item without its key has no managers, and cannot be applied to", () => {
    const a = new ManagedObject("v1", "ServiceAccount");
    a.write("w", (draft) => Object.assign(draft, { secrets: [{ name: "a" }] }));
    expect(a.owners).toHaveLength(1);
    a.write("w", (draft) => Object.assign(draft, { secrets: [{}] }));
    expect(a.owners).toEqual([]);
    for (const applied of [{ secrets: [{ name: "b" }] }, { automountServiceAccountToken: false }, { secrets: [{}] }])
      expect(a.apply("x", applied)).toMatchObject({
        ok: false,
        code: 500,
        message: expect.stringMatching(/^failed to create manager for existing fields: /) as string,
      });
  });

  test("TRACK-03: a changed field belongs only to the last writer, and a removed one to nobody", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1", l: "1" })));
    a.now = LATER;
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.owners).toEqual(['w1 {"f:data":{}}', 'w2 {"f:data":{"f:k":{}}}']);
    expect(a.entries.map(({ time }) => time)).toEqual([NOW, LATER]);
    a.write("w3", (draft) => delete draft.data);
    expect(a.entries).toEqual([]);
  });

  test("TRACK-04: a write without changes keeps entries and times", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const before = a.entries;
    a.now = LATER;
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { resourceVersion: "9", generation: 2 }));
    expect(a.entries).toEqual(before);
  });

  test.each([[[]], [[{}]]])("TRACK-05: %j resets tracking until the next apply", (managedFields) => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
    expect(a.entries).toEqual([]);
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.entries).toEqual([]);
  });

  test.each([
    [{ ".": {} }, []],
    [{ ".": {}, "f:data": {} }, ['old {"f:data":{}}']],
    [{ "f:data": { ".": {} } }, ['old {"f:data":{}}']],
    [{ "f:data": { ".": { "f:x": {} }, "f:k": {} } }, ['old {"f:data":{".":{},"f:k":{}}}']],
    [{ "f:data": null }, ['old {"f:data":{}}']],
  ])("TRACK-07: a client's set %j is stored as Kubernetes reads it", (fieldsV1, owners) => {
    const a = configMap();
    a.write("w", (draft) => Object.assign(draft, data({ k: "1" })));
    const entry = { manager: "old", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1 };
    a.write("w", (draft) => Object.assign(draft.metadata as object, { managedFields: [entry] }));
    expect(a.owners).toEqual(owners);
  });

  test("TRACK-05: an empty list is none for a custom object", () => {
    const a = new ManagedObject("example.com/v1", "Custom", viewOf("v1", "ConfigMap"));
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const before = a.entries;
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields: [] }));
    expect(a.entries).toEqual(before);
    a.write("w2", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields: [{}] }));
    expect(a.entries).toEqual([]);
  });

  test("TRACK-06: null and invalid entries keep the stored ones", () => {
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

  test("TRACK-15: an unspecified list belongs to nobody, an empty one to its creator", () => {
    const role = new ManagedObject("rbac.authorization.k8s.io/v1", "ClusterRole");
    role.write("w1", (draft) => Object.assign(draft, { rules: implicitEmptyList() }));
    expect(role.entries).toEqual([]);
    const messages = new ManagedObject("rbac.authorization.k8s.io/v1", "ClusterRole");
    messages.write("w1", (draft) => Object.assign(draft, { rules: [] }));
    expect(messages.owners).toEqual(['w1 {"f:rules":{}}']);
  });

  test("TRACK-15: an empty list that Go omits belongs to nobody, whichever write specifies it", () => {
    const a = new ManagedObject("networking.k8s.io/v1", "Ingress");
    a.write("w1", (draft) => Object.assign(draft, { spec: { ingressClassName: "c", rules: [] } }));
    expect(a.owners).toEqual(['w1 {"f:spec":{"f:ingressClassName":{}}}']);
    a.write("w1", (draft) => Object.assign(draft, { spec: { ingressClassName: "c", rules: [{ host: "h" }] } }));
    expect(a.owners).toEqual(['w1 {"f:spec":{"f:ingressClassName":{},"f:rules":{}}}']);
    a.write("w2", (draft) => Object.assign(draft, { spec: { ingressClassName: "c", rules: [] } }));
    expect(a.owners).toEqual(['w1 {"f:spec":{"f:ingressClassName":{}}}']);
  });

  test.each([
    ["an object that is owned whole changes nothing", { podSelector: { matchLabels: {} } }, ["w1"]],
    ["a list that is owned whole changes it", { ingress: [{ from: [{ podSelector: { matchLabels: {} } }] }] }, ["w2"]],
  ])("TRACK-15: an empty map within %s", (_, change, managers) => {
    const a = new ManagedObject("networking.k8s.io/v1", "NetworkPolicy");
    const spec = { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] };
    a.write("w1", (draft) => Object.assign(draft, { spec }));
    a.write("w2", (draft) => Object.assign(draft, { spec: { ...spec, ...change } }));
    expect(a.entries.map(({ manager }) => manager)).toEqual(managers);
  });

  test.each<[boolean, string, JsonObject]>([
    [true, "a later time", { time: LATER }],
    [false, "the same time", {}],
    [false, "another manager", { time: LATER, manager: "w2" }],
    [false, "other fields", { time: LATER, fieldsV1: { "f:data": {} } }],
  ])("TRACK-16: %s for %s: entries that differ only in their times are no change", (only, _, change) => {
    const stored = [{ manager: "w1", time: NOW, fieldsV1: { "f:data": { "f:k": {} } } }] as ManagedFieldsEntry[];
    expect(differInTimesOnly([{ ...stored[0], ...change }], stored)).toBe(only);
    expect(differInTimesOnly([], stored)).toBe(false);
  });

  test("TRACK-07: a client may edit the entries, but not through a subresource", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const managedFields = a.entries.map((entry) => ({ ...entry, manager: "renamed" }));
    const rename = (draft: JsonObject) => Object.assign(draft.metadata as JsonObject, { managedFields });
    a.write("w2", rename, "status");
    expect(a.entries.map(({ manager }) => manager)).toEqual(["w1"]);
    a.write("w2", rename);
    expect(a.entries.map(({ manager }) => manager)).toEqual(["renamed"]);
  });

  test("TRACK-08: the oldest of more than ten updaters become ancient-changes", () => {
    const a = configMap();
    a.write("w00", (draft) => Object.assign(draft, data({ k0: "1" })));
    for (let i = 1; i <= 12; i++) {
      a.now = `2026-01-01T00:00:${String(i).padStart(2, "0")}Z`;
      a.write(`w${i}`, (draft) => Object.assign(draft, { data: { ...(draft.data as JsonObject), [`k${i}`]: "1" } }));
    }
    expect(a.entries).toHaveLength(10);
    expect(a.owners[0]).toBe('ancient-changes {"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{},"f:k3":{}}}');
  });

  test(
    "TRACK-08: thousands of updaters are merged in a time that grows with their fields only",
    inCpuTime(3000, () => {
      const a = configMap();
      const managedFields = Array.from({ length: 4000 }, (_, i) => ({
        ...{ manager: `m${i}`, operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" },
        fieldsV1: { "f:data": Object.fromEntries(Array.from({ length: 5 }, (_, j) => [`f:k${5 * i + j}`, {}])) },
      }));
      const keys = Array.from({ length: 20_000 }, (_, i) => [`k${i}`, "v"]);
      a.write("w", (draft) => Object.assign(draft, { data: Object.fromEntries(keys) }));
      a.write("w", (draft) => Object.assign(draft.metadata as JsonObject, { managedFields }));
      expect(a.entries.map(({ manager }) => manager)).toContain("ancient-changes");
      expect(a.entries).toHaveLength(10);
    }),
  );

  test("TRACK-09: managers at a version that is no longer served are dropped", () => {
    const a = configMap();
    a.write("w1", (draft) => Object.assign(draft, data({ k: "1" })));
    const old = { ...a.entries[0], manager: "old", apiVersion: "v0" };
    Object.assign(a.object?.metadata as JsonObject, { managedFields: [...a.entries, old] });
    a.write("w2", (draft) => Object.assign(draft, data({ k: "2" })));
    expect(a.entries.map(({ manager }) => manager)).toEqual(["w1", "w2"]);
  });

  test("TRACK-10: stored sets are sorted: fields first, then keys, numeric keys by value", () => {
    const a = new ManagedObject("v1", "Service");
    a.write("w", (draft) => {
      draft.spec = { type: "ClusterIP", ports: [443, 80, 8080].map((port) => ({ port, protocol: "TCP" })) };
      draft.metadata = { name: "a", labels: { z: "1", "a<b": "1" } };
    });
    const stored = JSON.stringify(a.entries[0]?.fieldsV1);
    expect(stored.match(/(?<=port\\":)\d+/g)).toEqual(["80", "443", "8080"]);
    expect(stored.indexOf("f:a<b")).toBeLessThan(stored.indexOf("f:z"));
  });
});

test("TRACK-11: fields are compared at the version that their manager used", () => {
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
