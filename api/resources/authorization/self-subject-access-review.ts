import type { SelfSubjectAccessReview } from "../../generated/authorization.v1.ts";
import { defineResource } from "../resource.ts";
import { validateSelfReview } from "./access-review-validation.ts";

export const selfSubjectAccessReview = defineResource<SelfSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  scope: "Cluster",
  verbs: ["create"],
  validate: validateSelfReview,
});
