import { expect, test } from "vitest";
import { validateLocalReview, validateSelfReview, validateSubjectReview } from "./access-review-validation.ts";

const spec = { user: "u", resourceAttributes: { verb: "get", resource: "pods", namespace: "n" } };
const texts = (errors: readonly { path: string; message: string }[]) =>
  errors.map(({ path, message }) => `${path}: ${message}`);

test("an access review must not have a name", () => {
  const metadata = { name: "x", labels: { a: "b" } };
  const why = 'metadata: Invalid value: {"name":"x","labels":{"a":"b"}}: must be empty';
  expect(texts(validateSubjectReview({ metadata, spec, status: { allowed: false } }))).toEqual([why]);
  expect(texts(validateSelfReview({ metadata, spec, status: { allowed: false } }))).toEqual([why]);
});

test("a local access review must name its own namespace", () => {
  const review = (metadata: object) => texts(validateLocalReview({ metadata, spec, status: { allowed: false } }));
  expect(review({ namespace: "n" })).toEqual([]);
  expect(review({ namespace: "m", name: "x" })).toEqual([
    'metadata: Invalid value: {"name":"x","namespace":"m"}: must be empty except for namespace',
    'spec.resourceAttributes.namespace: Invalid value: "n": must match metadata.namespace',
  ]);
});

test("an access review's selectors must be well formed, but may have unknown operators", () => {
  const review = (selectors: object) => {
    const requested = { user: "u", resourceAttributes: { ...spec.resourceAttributes, ...selectors } };
    return texts(validateSubjectReview({ metadata: {}, spec: requested, status: { allowed: false } }));
  };
  const path = "spec.resourceAttributes";
  expect(review({ fieldSelector: { requirements: [{ key: "a", operator: "Later", values: ["x"] }] } })).toEqual([]);
  expect(review({ fieldSelector: { requirements: [{ operator: "In" }] } })).toEqual([
    `${path}.fieldSelector.requirements[0].key: Required value: must be specified`,
    `${path}.fieldSelector.requirements[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
  ]);
  expect(review({ labelSelector: { requirements: [{ key: "a", operator: "Exists", values: ["x"] }] } })).toEqual([
    `${path}.labelSelector.requirements[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
  ]);
});
