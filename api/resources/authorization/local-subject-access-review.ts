import type { LocalSubjectAccessReview } from "../../generated/authorization.v1.ts";
import { defineResource } from "../resource.ts";
import { validateLocalReview } from "./access-review-validation.ts";

export const localSubjectAccessReview = defineResource<LocalSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  scope: "Namespaced",
  verbs: ["create"],
  validate: validateLocalReview,
});
