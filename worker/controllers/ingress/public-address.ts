/** The address by which the world reaches what the control plane itself serves. */
import { publicHost } from "../../../api/public-host.ts";
import type { ClusterFacts } from "../controller.ts";

/** As `status.loadBalancer.ingress` of Services and Ingresses; undefined: this deployment has no domain for it. */
export function publicAddress(
  { ingress }: ClusterFacts,
  { namespace = "", name = "" }: { readonly namespace?: string; readonly name?: string },
) {
  if (!ingress) return undefined;
  const { domain, cluster, port } = ingress;
  return {
    hostname: publicHost({ name, namespace, cluster }, domain),
    ...(port !== undefined && { ports: [{ port, protocol: "TCP" }] }),
  };
}
