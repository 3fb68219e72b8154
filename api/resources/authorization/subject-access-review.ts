import type { SubjectAccessReview } from "../../generated/authorization.v1.ts";
import { defineResource } from "../resource.ts";
import { validateSubjectReview } from "./access-review-validation.ts";

export const subjectAccessReview = defineResource<SubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  scope: "Cluster",
  verbs: ["create"],
  validate: validateSubjectReview,
});
