import type { ServiceAccount } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";

export const serviceAccount = defineResource<ServiceAccount>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  scope: "Namespaced",
  deleteAnswersObject: true,
  shortNames: ["sa"],
  subresources: {
    token: { verbs: ["create"], kind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" } },
  },
  columns: [],
});
