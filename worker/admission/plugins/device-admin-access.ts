/**
 * Administrators may access devices that others use, from namespaces labelled for it. In Kubernetes this is checked
 * with the rules of claims (pkg/registry/resource), which can read namespaces there.
 */
import type { ResourceClaim, ResourceClaimTemplate } from "../../../api/generated/resource.v1.ts";
import { forbidden } from "../../../api/machinery/field-error.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { Key } from "../../../api/store/store.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const LABEL = "resource.kubernetes.io/admin-access";

const namespaceKey = ({ namespace }: AdmissionRequest): Key => ({
  resource: "namespaces",
  namespace: "",
  name: namespace,
});

export const deviceAdminAccess = defineResourcePlugin({
  name: "DeviceAdminAccess",
  resources: ["resourceclaims.resource.k8s.io", "resourceclaimtemplates.resource.k8s.io"],
  handles: ["CREATE"],
  when: ({ object }) => indexOfAdminAccess(object) >= 0,
  reads: (request) => [namespaceKey(request)],
  async withoutRights(request) {
    const entry = await request.reads.entry(namespaceKey(request));
    const labels = entry ? (JSON.parse(entry.text) as KubeObject).metadata.labels : undefined;
    if (labels?.[LABEL] === "true") return [];
    const rule = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;
    // Errors for templates use the paths of claims.
    const path = `spec.devices.requests[${indexOfAdminAccess(request.object)}].adminAccess`;
    return [forbidden(path, rule)];
  },
});

/** The index of the first request for admin access, or -1. */
function indexOfAdminAccess({ spec }: ResourceClaim | ResourceClaimTemplate): number {
  const { devices } = "spec" in spec ? spec.spec : spec;
  return devices?.requests?.findIndex(({ exactly }) => exactly?.adminAccess) ?? -1;
}
