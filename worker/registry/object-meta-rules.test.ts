/** Which rules for names and finalizers apply to each kind's metadata. */
import { expect, test } from "vitest";
import { validateObjectMeta } from "../../api/machinery/object-meta-validation.ts";
import { kindOf } from "../../test/fakes/objects/kind-errors.ts";
import { metaRules } from "./strategy.ts";

const refused = (kind: string, meta: object) => {
  const resource = kindOf(kind);
  const place = resource.scope === "Namespaced" ? { namespace: "n" } : {};
  return validateObjectMeta({ name: "x", ...place, ...meta }, metaRules(resource)).length > 0;
};

test.each([
  ["StatefulSet", "a.b", true],
  ["Deployment", "a.b", false],
  ["PodDisruptionBudget", "A*", false],
  ["CertificateSigningRequest", "-", false],
  ["Event", "a/b", true],
  ["Event", "A*", false],
])("a %s named %s: refused %s", (kind, name, expected) => {
  expect(refused(kind, { name })).toBe(expected);
});

test.each([
  ["ConfigMap", true],
  ["CertificateSigningRequest", true],
  ["ValidatingWebhookConfiguration", false],
  ["CustomResourceDefinition", false],
  ["APIService", false],
  ["PodDisruptionBudget", false],
  ["RuntimeClass", false],
  ["Lease", false],
  ["Event", false],
])("a finalizer without a domain on a %s: refused %s", (kind, expected) => {
  expect(refused(kind, { finalizers: ["a"] })).toBe(expected);
});
