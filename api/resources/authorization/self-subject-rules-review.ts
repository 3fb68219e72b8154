import type { SelfSubjectRulesReview } from "../../generated/authorization.v1.ts";
import { defineResource } from "../resource.ts";

export const selfSubjectRulesReview = defineResource<SelfSubjectRulesReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  scope: "Cluster",
  verbs: ["create"],
});
