import { expect, test } from "vitest";
import type { Service, ServiceSpec } from "../../../generated/core.v1.ts";
import type { IPFamily } from "../../../machinery/network/ip.ts";
import { completeFamilies, validateFamilies } from "./service-families.ts";

const IPV4: readonly IPFamily[] = ["IPv4"];

test.each<[spec: ServiceSpec, told: string[]]>([
  [{ clusterIPs: ["10.96.0.5"] }, []],
  [
    { clusterIPs: ["::1"], ipFamilyPolicy: "RequireDualStack" },
    ['spec.clusterIPs[0]: Invalid value: ["::1"]: IPv6 is not configured on this cluster'],
  ],
  [
    { clusterIPs: ["10.96.0.5", "::1"], ipFamilyPolicy: "PreferDualStack" },
    ['spec.clusterIPs[1]: Invalid value: ["10.96.0.5","::1"]: IPv6 is not configured on this cluster'],
  ],
  [{ ipFamilies: ["IPv6"] }, ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']],
  [
    { ipFamilies: ["IPv6"], ipFamilyPolicy: "RequireDualStack" },
    [
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
  ],
])("of a cluster with IPv4 alone %j is told %j", (spec, told) => {
  const service: Service = { metadata: { name: "s" }, spec: structuredClone(spec), status: {} };
  completeFamilies(service, IPV4);
  expect(validateFamilies(service, IPV4).map(({ path, message }) => `${path}: ${message}`)).toEqual(told);
});
