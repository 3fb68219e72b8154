import type { ServiceAccount } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";

const ENFORCE_MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";

export const serviceAccount = defineResource<ServiceAccount>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta"],
  deleteReturnsObject: true,
  shortNames: ["sa"],
  prepareCreate: (draft) => dropAllButSecretNames(draft),
  prepareUpdate: (draft) => dropAllButSecretNames(draft),
  warnings: ({ metadata }) =>
    metadata.annotations?.[ENFORCE_MOUNTABLE] === undefined
      ? []
      : [
          `metadata.annotations[${ENFORCE_MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ],
  subresources: {
    token: { verbs: ["create"], kind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" } },
  },
  columns: [],
});

/** In references to secrets, only the name is used. */
function dropAllButSecretNames(draft: ServiceAccount): void {
  if (draft.secrets) draft.secrets = draft.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
