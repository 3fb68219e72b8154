import { expect, test } from "vitest";
import { readReview } from "./call-webhook.ts";

const sent = { uid: "u", apiVersion: "admission.k8s.io/v1", mutating: true };
const review = (response: object, more: object = {}) =>
  JSON.stringify({ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response, ...more });
const HEAD = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const INVALID = "received invalid webhook response: ";

test.each([
  [
    "<html>",
    `failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${HEAD}`,
  ],
  [
    "[1]",
    `failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${HEAD}`,
  ],
  ["{", "failed to call webhook: couldn't get version/kind; json parse error: unexpected end of JSON input"],
  [
    review({ uid: "u" }, { apiVersion: "admission.k8s.io/v1beta1" }),
    "failed to call webhook: converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion",
  ],
  [JSON.stringify({ kind: "AdmissionReview" }), `${INVALID}webhook response was absent`],
  [review({ uid: "other" }), `${INVALID}expected response.uid="u", got "other"`],
  [
    review({ uid: "u" }, { kind: "Review" }),
    'failed to call webhook: no kind "Review" is registered for version "admission.k8s.io/v1" in scheme "pkg/util/webhook/client.go:71"',
  ],
  [
    JSON.stringify({ response: { uid: "u" } }),
    `${INVALID}expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=`,
  ],
  [review({ uid: "u", patch: "W10=" }), `${INVALID}webhook returned response.patch but not response.patchType`],
  [
    review({ uid: "u", patchType: "JSONPatch" }),
    `${INVALID}webhook returned response.patchType but not response.patch`,
  ],
  [
    review({ uid: "u", warnings: 5 }),
    "failed to call webhook: json: cannot unmarshal number into Go struct field AdmissionResponse.response.warnings of type []string",
  ],
  [
    review({ uid: "u", status: { code: "403" } }),
    "failed to call webhook: json: cannot unmarshal string into Go struct field Status.response.status.code of type int32",
  ],
  [
    review({ uid: "u", patch: 1, patchType: "JSONPatch" }),
    "failed to call webhook: json: cannot unmarshal number into Go struct field AdmissionResponse.response.patch of type []uint8",
  ],
])("%s is not a valid response: %s", (text, problem) => {
  expect(readReview(text, sent)).toEqual({ ok: false, problem });
});

test("null fields in a response are treated as absent", () => {
  const nulls = { status: null, patch: null, patchType: null, warnings: null, auditAnnotations: null };
  const text = review({ uid: "u", allowed: false, ...nulls });
  expect(readReview(text, sent)).toEqual({ ok: true, response: { uid: "u", allowed: false } });
});

test("a validating webhook cannot change the object", () => {
  expect(readReview(review({ uid: "u", patch: "W10=", patchType: "JSONPatch" }), { ...sent, mutating: false })).toEqual(
    {
      ok: false,
      problem: `${INVALID}validating webhook may not return response.patch`,
    },
  );
  expect(readReview(review({ uid: "u", allowed: true }), { ...sent, mutating: false })).toMatchObject({ ok: true });
});

const yaml = (more: string) => `kind: AdmissionReview\napiVersion: admission.k8s.io/v1\n${more}`;

test.each([
  [yaml("response: {uid: u, allowed: yes}"), { ok: true, response: { uid: "u", allowed: true } }],
  [yaml(""), { ok: false, problem: `${INVALID}webhook response was absent` }],
  ["a: b: c", { ok: false, problem: "failed to call webhook: yaml: mapping values are not allowed in this context" }],
])("HOOK-YAML: a response may be YAML: %s", (text, called) => {
  expect(readReview(text, sent)).toEqual(called);
});
