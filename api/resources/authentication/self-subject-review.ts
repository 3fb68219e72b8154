import type { SelfSubjectReview } from "../../generated/authentication.v1.ts";
import { defineResource } from "../resource.ts";

export const selfSubjectReview = defineResource<SelfSubjectReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
  verbs: ["create"],
});
