import type { TokenReview } from "../../generated/authentication.v1.ts";
import { defineResource } from "../resource.ts";

export const tokenReview = defineResource<TokenReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  scope: "Cluster",
  verbs: ["create"],
});
