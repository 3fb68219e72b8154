import { expect, test } from "vitest";
import type { Service, ServiceSpec } from "../../../generated/core.v1.ts";
import type { IPFamily } from "../../../machinery/network/ip.ts";
import { completeFamilies, validateFamilies } from "./service-families.ts";

const IPV4: readonly IPFamily[] = ["IPv4"];

const serviceOf = (spec: ServiceSpec): Service => ({
  metadata: { name: "s" },
  spec: { ...structuredClone(spec), clusterIP: spec.clusterIPs?.[0] ?? "" },
  status: {},
});

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
])("in an IPv4-only cluster %j is refused with %j", (spec, told) => {
  const service = serviceOf(spec);
  completeFamilies(service, { cluster: IPV4 });
  expect(validateFamilies(service, { cluster: IPV4 }).map(({ path, message }) => `${path}: ${message}`)).toEqual(told);
});

test.each<[spec: ServiceSpec, told: string[]]>([
  [
    { clusterIPs: ["10.96.0.5"], ipFamilies: ["IPv4", "IPv6"] },
    ["must be 'SingleStack' to release the secondary cluster IP"],
  ],
  [
    { clusterIPs: ["10.96.0.5", "fd00::5"], ipFamilies: ["IPv4"] },
    ["must be 'SingleStack' to release the secondary IP family"],
  ],
  [{ clusterIPs: ["10.96.0.5", "fd00::5"] }, []],
  [{ clusterIPs: ["10.96.0.5"], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" }, []],
])("for a dual-stack Service %j is refused with %j", (spec, told) => {
  const old = serviceOf({
    clusterIPs: ["10.96.0.5", "fd00::5"],
    ipFamilies: ["IPv4", "IPv6"],
    ipFamilyPolicy: "RequireDualStack",
  });
  const setting = { old, cluster: ["IPv4", "IPv6"] as const };
  const service = serviceOf(spec);
  completeFamilies(service, setting);
  const errors = validateFamilies(service, setting);
  expect(errors.map(({ message }) => message.replace(/^.*?: .*?: /, ""))).toEqual(told);
  expect(service.spec.ipFamilies?.length).toBe(
    told.length > 0 ? spec.ipFamilies?.length : service.spec.clusterIPs?.length,
  );
});

test("in an IPv4-only cluster a headless Service with a selector has no other family", () => {
  const service = serviceOf({ clusterIP: "None", clusterIPs: ["None"], selector: { a: "b" }, ipFamilies: ["IPv6"] });
  expect(validateFamilies(service, { cluster: IPV4 }).map(({ path }) => path)).toEqual(["spec.ipFamilies[0]"]);
  const handmade = serviceOf({ ...service.spec, selector: {} });
  expect(validateFamilies(handmade, { cluster: IPV4 })).toEqual([]);
});

test("a PreferDualStack Service keeps one family when the cluster becomes dual-stack", () => {
  const old = serviceOf({ clusterIPs: ["10.96.0.5"], ipFamilies: ["IPv4"], ipFamilyPolicy: "PreferDualStack" });
  const next = structuredClone(old);
  completeFamilies(next, { old, cluster: ["IPv4", "IPv6"] });
  expect(next.spec.ipFamilies).toEqual(["IPv4"]);
});
