import { expect, test } from "vitest";
import { validateLocalReview, validateSelfReview, validateSubjectReview } from "./access-review-validation.ts";

const spec = { user: "u", resourceAttributes: { verb: "get", resource: "pods", namespace: "n" } };
const texts = (errors: readonly { path: string; message: string }[]) =>
  errors.map(({ path, message }) => `${path}: ${message}`);

test("a question about access has no name", () => {
  const metadata = { name: "x", labels: { a: "b" } };
  const why = 'metadata: Invalid value: {"name":"x","labels":{"a":"b"}}: must be empty';
  expect(texts(validateSubjectReview({ metadata, spec, status: { allowed: false } }))).toEqual([why]);
  expect(texts(validateSelfReview({ metadata, spec, status: { allowed: false } }))).toEqual([why]);
});

test("one about a namespace is in it, and of no other", () => {
  const review = (metadata: object) => texts(validateLocalReview({ metadata, spec, status: { allowed: false } }));
  expect(review({ namespace: "n" })).toEqual([]);
  expect(review({ namespace: "m", name: "x" })).toEqual([
    'metadata: Invalid value: {"namespace":"m","name":"x"}: must be empty except for namespace',
    'spec.resourceAttributes.namespace: Invalid value: "n": must match metadata.namespace',
  ]);
});
