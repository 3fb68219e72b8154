import type { SelfSubjectAccessReview } from "../../generated/authorization.v1.ts";
import { defineResource } from "../resource.ts";

export const selfSubjectAccessReview = defineResource<SelfSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  scope: "Cluster",
  verbs: ["create"],
});
