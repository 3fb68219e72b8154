import { expect, it } from "vitest";
import type { IPAddress, ServiceCIDR } from "../../../api/generated/networking.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { serviceCidrController } from "./service-cidr.ts";

const RANGES = "servicecidrs.networking.k8s.io";
const range = (name: string, cidr: string): ServiceCIDR => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name },
  spec: { cidrs: [cidr] },
  status: {},
});

it("CTL-SERVICE-CIDR: a terminating ServiceCIDR is removed once another range covers its addresses", async () => {
  const at = controlledCluster([serviceCidrController]);
  at.cluster.put(RANGES, range("small", "10.123.7.0/28"));
  await at.settle();
  at.cluster.put<IPAddress>("ipaddresses.networking.k8s.io", {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: "10.123.7.5", labels: { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" } },
    spec: { parentRef: { resource: "services", namespace: "ns", name: "s" } },
  });
  at.cluster.remove(RANGES, "", "small");
  await at.settle();
  const names = () => at.cluster.list(RANGES).map(({ metadata }) => metadata.name);
  expect(names()).toEqual(["small"]);
  at.cluster.put(RANGES, range("large", "10.123.7.0/24"));
  await at.settle();
  expect(names()).toEqual(["large"]);
});

it("CTL-SERVICE-CIDR: addresses that somebody else manages do not hold a terminating ServiceCIDR", async () => {
  const at = controlledCluster([serviceCidrController]);
  at.cluster.put(RANGES, range("small", "10.123.7.0/28"));
  await at.settle();
  at.cluster.put<IPAddress>("ipaddresses.networking.k8s.io", {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: "10.123.7.5" },
    spec: { parentRef: { resource: "services", namespace: "ns", name: "s" } },
  });
  at.cluster.remove(RANGES, "", "small");
  await at.settle();
  expect(at.cluster.list(RANGES)).toEqual([]);
});
