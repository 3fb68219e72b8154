/**
 * Limits what the roles and bindings of a namespace, and of all namespaces, amount to: every isolate keeps them in
 * memory, and on Cloudflare has 128 MB (rule RBAC-SIZE).
 */
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { ROLE_RESOURCES, rolePart, sizeOfPart } from "../../policy/role-parts.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const MIB = 2 ** 20;
/** Room for two objects of the largest size. */
const MAX_NAMESPACE_MIB = 3;
const MAX_CLUSTER_MIB = 16;

interface Sizes {
  readonly cluster: number;
  readonly byNamespace: ReadonlyMap<string, number>;
}

function sizesOf(policy: PolicySnapshot): Sizes {
  const byNamespace = new Map<string, number>();
  let cluster = 0;
  for (const resource of ROLE_RESOURCES)
    for (const object of policy.list(resource)) {
      const { namespace = "" } = object.metadata;
      cluster += sizeOfPart(object);
      byNamespace.set(namespace, (byNamespace.get(namespace) ?? 0) + sizeOfPart(object));
    }
  return { cluster, byNamespace };
}

export const rbacSize = defineResourcePlugin({
  name: "RBACSize",
  resources: [
    "roles.rbac.authorization.k8s.io",
    "clusterroles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "clusterrolebindings.rbac.authorization.k8s.io",
  ],
  handles: ["CREATE", "UPDATE"],

  validate(request) {
    const { object, old, namespace } = request;
    const growth = partSize(object) - partSize(old);
    if (growth <= 0) return;
    const { cluster, byNamespace } = request.context.policy.derive(sizesOf);
    if (namespace !== "" && (byNamespace.get(namespace) ?? 0) + growth > MAX_NAMESPACE_MIB * MIB)
      throw tooMuch(request, `namespace ${JSON.stringify(namespace)}`, MAX_NAMESPACE_MIB);
    if (cluster + growth > MAX_CLUSTER_MIB * MIB) throw tooMuch(request, "the cluster", MAX_CLUSTER_MIB);
  },
});

const partSize = (object: KubeObject | undefined) => (object ? sizeOfPart(rolePart(object)) : 0);

const tooMuch = (request: AdmissionRequest, where: string, limit: number) =>
  refusal(request, `the rules and subjects of all roles and bindings in ${where} may have ${limit} MiB as JSON`);
