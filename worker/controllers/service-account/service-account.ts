/** Every namespace gets a service account named default. */
import { defineController, settled } from "../controller.ts";

const NAME = "default";

export const serviceAccountController = defineController({
  name: "service-account-controller",
  reads: ["namespaces", "serviceaccounts"],
  writes: ["serviceaccounts"],
  itemsOf({ resource, object, deleted }) {
    if (resource === "namespaces") return [object.metadata.name];
    return deleted && object.metadata.name === NAME ? [object.metadata.namespace ?? ""] : [];
  },
  reconcile(name, { snapshot }) {
    const namespace = snapshot.get("namespaces", "", name);
    if (!namespace || namespace.metadata.deletionTimestamp || snapshot.get("serviceaccounts", name, NAME))
      return settled;
    const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: NAME, namespace: name } };
    return { effects: [{ op: "create", resource: "serviceaccounts", namespace: name, object }] };
  },
});
