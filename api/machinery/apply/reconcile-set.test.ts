import { describe, expect, test } from "vitest";
import { ManagedObject } from "../../../test/fakes/objects/managed-object.ts";
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import type { JsonObject } from "../json/json-object.ts";
import type { FieldSet } from "./field-set.ts";
import { reconcileSet } from "./reconcile-set.ts";
import { structuralView } from "./structural-view.ts";
import type { TypeView } from "./type-view.ts";

describe("APPLY-16: a schema change between granular and atomic changes the owners", () => {
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
  const owned = ({ object }: ManagedObject) => {
    const { managedFields } = (object ?? { metadata: {} }).metadata as { managedFields: readonly ManagedFieldsEntry[] };
    return Object.fromEntries(
      managedFields.map(({ manager, fieldsV1 }) => [manager, (fieldsV1 as FieldSet | undefined)?.["f:spec"]]),
    );
  };
  const started = (view: TypeView) => {
    const one = new ManagedObject("example.com/v1", "Thing", view);
    one.apply("first", { spec });
    return one;
  };

  test("granular to atomic: a second applier conflicts with the whole", () => {
    const one = started(granular);
    expect(owned(one)).toEqual({ first: members });
    one.becomes(atomic);
    const second = one.apply("second", { spec: { ...spec, labels: { y: "2" } } });
    expect(second).toMatchObject({ ok: false, code: 409, causes: [{ field: ".spec.labels" }] });
    one.write("editor", (draft) => ((draft.metadata as JsonObject).labels = { a: "b" }));
    expect(owned(one).first).toEqual(whole);
  });

  test("atomic to granular: the owner of the whole owns what it set, and others may add members", () => {
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

  test("an unchanged schema leaves the sets unchanged", () => {
    const set = { "f:spec": owned(started(granular)).first ?? {} };
    expect(reconcileSet(set, granular)).toBe(set);
  });

  test("the applier of an empty object owns no members that others add", () => {
    const one = new ManagedObject("example.com/v1", "Thing", granular);
    one.becomes(granular);
    one.apply("empty", { spec: {} });
    one.apply("full", { spec: { labels: { x: "1" } } });
    expect(one.apply("full", { spec: { labels: { x: "2" } } }).ok).toBe(true);
    expect(owned(one)).toEqual({ empty: {}, full: { "f:labels": { "f:x": {} } } });
  });
});
