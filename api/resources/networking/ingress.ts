import type { Ingress } from "../../generated/networking.v1.ts";
import { loadBalancerWarnings } from "../../machinery/network/ip-warnings.ts";
import { defineResource } from "../resource.ts";
import { ingressWarnings, validateIngressClassAnnotation } from "./ingress-class-annotation.ts";
import { validateIngress, validateIngressStatus } from "./ingress-validation.ts";

export const ingress = defineResource<Ingress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta", "whole"],
  shortNames: ["ing"],
  generation: true,
  validate: validateIngress,
  validateCreate: validateIngressClassAnnotation,
  status: {
    validateUpdate: validateIngressStatus,
    warnings: ({ status }) => loadBalancerWarnings(status.loadBalancer?.ingress),
  },
  warnings: ingressWarnings,
  columns: [
    {
      name: "Class",
      type: "string",
      description: "The name of the IngressClass resource that should be used for additional configuration",
      of: ({ spec }) => spec.ingressClassName ?? "<none>",
    },
    {
      name: "Hosts",
      type: "string",
      description: "Hosts that incoming requests are matched against before the ingress rule",
      of: printedHosts,
    },
    {
      name: "Address",
      type: "string",
      description: "Address is a list containing ingress points for the load-balancer",
      of: ({ status }) => {
        const points = status.loadBalancer?.ingress ?? [];
        return [...new Set(points.map(({ ip, hostname }) => ip || hostname || "").filter((point) => point !== ""))]
          .sort()
          .join(",");
      },
    },
    {
      name: "Ports",
      type: "string",
      description: "Ports of TLS configurations that open",
      of: ({ spec }) => (spec.tls?.length ? "80, 443" : "80"),
    },
  ],
});

/** The hosts of rules until three are found; further rules are counted, with or without hosts. */
function printedHosts({ spec: { rules = [] } }: Ingress): string {
  const hosts: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (hosts.length === 3) more = true;
    else if (host) hosts.push(host);
  }
  if (hosts.length === 0) return "*";
  return more ? `${hosts.join(",")} + ${rules.length - 3} more...` : hosts.join(",");
}
