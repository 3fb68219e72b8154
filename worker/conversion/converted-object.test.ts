import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { readConversion } from "./convert-objects.ts";
import { convertedObject } from "./converted-object.ts";

const original = {
  apiVersion: "g/v1",
  kind: "Foo",
  metadata: { name: "x", namespace: "n", uid: "u", generation: 1, labels: { a: "b", "is wrong": "" } },
} as KubeObject;
const answered = (change: object, metadata: object = {}) => ({
  apiVersion: "g/v2",
  kind: "Foo",
  metadata: { ...original.metadata, ...metadata },
  ...change,
});
const of = (object: unknown) => convertedObject(object, { original, apiVersion: "g/v2" });

test("CRD-WEBHOOK-META: a conversion webhook may change labels, annotations and non-metadata, and nothing else", () => {
  const object = answered(
    { spec: { b: 1 } },
    { labels: { c: "d" }, annotations: { e: "f" }, generation: 7, finalizers: [] },
  );
  expect(of(object)).toEqual({
    ok: true,
    object: {
      ...object,
      metadata: { name: "x", namespace: "n", uid: "u", generation: 1, labels: { c: "d" }, annotations: { e: "f" } },
    },
  });
  expect(of(answered({})).ok).toBe(true);
});

test.each([
  [answered({ apiVersion: "g/v9" }), "object at index 0: invalid groupVersion (expected g/v2, received g/v9)"],
  [answered({ kind: "Bar" }), "object at index 0: invalid kind (expected Foo, received Bar)"],
  [null, "object at index 0: invalid groupVersion (expected g/v2, received )"],
  [answered({}, { name: "y" }), "object: must have the same name: x != y"],
  [answered({}, { namespace: "m" }), "object: must have the same namespace: n != m"],
  [answered({}, { uid: "v" }), "object: must have the same UID: u != v"],
  [answered({ metadata: undefined }), "object: must have the same name: x != "],
  [answered({}, { labels: [] }), "metadata: invalid metadata.labels of type []interface {} in converted object"],
  [
    answered({}, { annotations: { a: 1 } }),
    "metadata: metadata.annotations[a] must be a string, but is int64 in converted object",
  ],
])("%j is not a valid conversion: %s", (object, problem) => {
  expect(of(object)).toEqual({ ok: false, problem: `returned invalid ${problem}` });
});

test("a label set by the webhook must be valid", () => {
  expect(of(answered({}, { labels: { "a b": "c" } }))).toMatchObject({
    problem: expect.stringMatching(/^returned invalid metadata: metadata\.labels: Invalid value: "a b": /),
  });
});

const review = (response: object, more: object = {}) =>
  JSON.stringify({ kind: "ConversionReview", apiVersion: "apiextensions.k8s.io/v1", response, ...more });

test.each([
  [review({ uid: "u", result: { status: "Success" }, convertedObjects: [1] }), { ok: true, converted: [1] }],
  [review({ uid: "u", result: { status: "Success" } }), { ok: true, converted: [] }],
  [review({ uid: "v" }), { ok: false, problem: 'expected response.uid="u", got "v"' }],
  [review({ uid: "u" }), { ok: false, problem: "response.result.status was '', not 'Success'" }],
  [review({ uid: "u", result: { status: "Failure", message: "no" } }), { ok: false, problem: "no" }],
  [
    "{}",
    { ok: false, problem: "expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=" },
  ],
  [JSON.stringify({ ...JSON.parse(review({})), response: null }), { ok: false, problem: "no response provided" }],
  [
    review({}, { apiVersion: "apiextensions.k8s.io/v1beta1" }),
    { ok: false, problem: "converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion" },
  ],
])("the conversion response %s is read as %j", (text, expected) => {
  expect(readConversion(text, { uid: "u", apiVersion: "apiextensions.k8s.io/v1" })).toEqual(expected);
});
