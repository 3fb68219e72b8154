/** Every namespace gets a config map with the CA by which pods verify the API server. */
import type { ConfigMap } from "../../../api/generated/core.v1.ts";
import { defineController, settled } from "../controller.ts";
import { same } from "../same.ts";

const NAME = "kube-root-ca.crt";
const DESCRIPTION = "kubernetes.io/description";
const TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

export const rootCaPublisher = defineController({
  name: "root-ca-cert-publisher",
  reads: ["namespaces", "configmaps"],
  writes: ["configmaps"],
  itemsOf({ resource, object }) {
    if (resource === "namespaces") return [object.metadata.name];
    return object.metadata.name === NAME ? [object.metadata.namespace ?? ""] : [];
  },
  reconcile(name, { snapshot, cluster }) {
    const namespace = snapshot.get("namespaces", "", name);
    if (!namespace || namespace.metadata.deletionTimestamp) return settled;
    const data = { "ca.crt": cluster.caBundle };
    const current = snapshot.get("configmaps", name, NAME);
    if (!current) {
      const metadata = { name: NAME, namespace: name, annotations: { [DESCRIPTION]: TEXT } };
      const object: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
      return { effects: [{ op: "create", resource: "configmaps", namespace: name, object }] };
    }
    const described = current.metadata.annotations?.[DESCRIPTION] !== undefined;
    if (described && same(current.data, data)) return settled;
    const annotations = { ...current.metadata.annotations, [DESCRIPTION]: TEXT };
    const object = { ...current, metadata: { ...current.metadata, annotations }, data };
    return { effects: [{ op: "update", resource: "configmaps", namespace: name, object }] };
  },
});
