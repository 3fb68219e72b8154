import type { NetworkPolicy, NetworkPolicyPeer } from "../../generated/networking.v1.ts";
import { cidrWarnings } from "../../machinery/network/ip-warnings.ts";
import { printLabelSelector } from "../../machinery/selectors/selector.ts";
import { defineResource } from "../resource.ts";
import { validateNetworkPolicy } from "./network-policy-validation.ts";

export const networkPolicy = defineResource<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  shortNames: ["netpol"],
  generation: true,
  emptyCounts: true,
  defaults: ({ spec }) => {
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of rule.ports ?? []) port.protocol ??= "TCP";
  },
  validate: validateNetworkPolicy,
  warnings: ({ spec: { ingress = [], egress = [] } }) => [
    ...ingress.flatMap(({ from = [] }, i) =>
      from.flatMap((peer, j) => peerWarnings(`spec.ingress[${i}].from[${j}]`, peer)),
    ),
    ...egress.flatMap(({ to = [] }, i) => to.flatMap((peer, j) => peerWarnings(`spec.egress[${i}].to[${j}]`, peer))),
  ],
  columns: [
    {
      name: "Pod-Selector",
      type: "string",
      description:
        "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
      of: ({ spec }) => printLabelSelector(spec.podSelector),
    },
  ],
});

const peerWarnings = (path: string, { ipBlock }: NetworkPolicyPeer) =>
  ipBlock
    ? [
        ...cidrWarnings(`${path}.ipBlock.cidr`, ipBlock.cidr),
        ...(ipBlock.except ?? []).flatMap((range, i) => cidrWarnings(`${path}.ipBlock.except[${i}]`, range)),
      ]
    : [];
