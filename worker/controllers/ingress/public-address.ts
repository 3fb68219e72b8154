/** The public address of what the control plane itself serves. */
import { publicHost } from "../../../api/public-host.ts";
import type { ClusterFacts } from "../cluster-facts.ts";

/** In the form of `status.loadBalancer.ingress` of Services and Ingresses; undefined: the deployment has no domain. */
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
