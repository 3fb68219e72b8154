import { expect, it } from "vitest";
import type { Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress, ServiceCIDR } from "../../../api/generated/networking.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { serviceAddressesController } from "./service-addresses.ts";

const ADDRESSES = "ipaddresses.networking.k8s.io";
const start = () => controlledCluster([serviceAddressesController]);
const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "ns" },
  spec: { clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"] },
  status: {},
};
const address = (name: string, labels: Record<string, string> = {}): IPAddress => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IPAddress",
  metadata: { name, labels },
  spec: { parentRef: { resource: "services", namespace: "ns", name: "s" } },
});
type At = ReturnType<typeof start>;
const addresses = ({ cluster }: At) => cluster.list<IPAddress>(ADDRESSES).map(({ metadata }) => metadata.name);
const messages = ({ cluster }: At) => cluster.list("events").map(({ message }) => message);

it("an IPAddress that is deleted while its service exists is recreated", async () => {
  const at = start();
  at.cluster.put("services", service);
  await at.settle();
  expect(addresses(at)).toEqual(["10.96.0.9"]);
  expect(messages(at)).toEqual(["Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing"]);
});

it.each<[string, Partial<NonNullable<IPAddress["spec"]["parentRef"]>>, number, string[], string[]]>([
  [
    "something else than a service",
    { group: "x.y", resource: "gateways", namespace: "", name: "z" },
    0,
    [],
    [
      "IPAddress 10.96.0.7 appears to have been modified, not referencing a Service &ParentReference{Group:x.y,Resource:gateways,Namespace:,Name:z,}: cleaning up",
    ],
  ],
  ["a service that has another, at once", {}, 0, ["10.96.0.7", "10.96.0.9"], []],
  [
    "a service that has another, later",
    {},
    6000,
    ["10.96.0.9"],
    ["IPAddress: 10.96.0.7 for Service ns/s has a wrong reference; cleaning up"],
  ],
])("CTL-SERVICE-ADDRESS: an IPAddress that refers to %s", async (_, parent, later, left, reported) => {
  const at = start();
  const { spec, ...stray } = address("10.96.0.7", { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" });
  if (!parent.resource) {
    at.cluster.put("services", service);
    at.cluster.put(ADDRESSES, address("10.96.0.9"));
  }
  at.cluster.put(ADDRESSES, { ...stray, spec: { parentRef: { ...spec.parentRef, ...parent } } } as IPAddress);
  await at.settle();
  await at.pass(later);
  expect(addresses(at).sort()).toEqual(left);
  expect(messages(at)).toEqual(reported);
});

it("CTL-SERVICE-ADDRESS: the IPAddress of a service is recreated if it refers to something else", async () => {
  const at = start();
  const other = address("10.96.0.9");
  at.cluster.put(ADDRESSES, { ...other, spec: { parentRef: { resource: "services", namespace: "ns", name: "gone" } } });
  at.cluster.put("services", service);
  await at.settle();
  expect(at.cluster.get<IPAddress>(ADDRESSES, "", "10.96.0.9")?.spec.parentRef?.name).toBe("s");
  const said = "the ClusterIP [IPv4]: 10.96.0.9 for Service ns/s has a wrong reference; repairing";
  expect(at.cluster.list("events")).toMatchObject([
    { message: said, action: "ClusterIPAllocation", reportingComponent: "ipallocator-repair-controller" },
  ]);
});

it("CTL-SERVICE-ADDRESS: a service whose address is outside all ranges gets an event", async () => {
  const at = start();
  at.cluster.put("servicecidrs.networking.k8s.io", {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "kubernetes" },
    spec: { cidrs: ["10.97.0.0/16"] },
  } as ServiceCIDR);
  at.cluster.put("services", service);
  await at.settle();
  const said = "Cluster IP [IPv4]: 10.96.0.9 is not within any configured Service CIDR; please recreate service";
  expect(messages(at)).toEqual([said]);
  expect(addresses(at)).toEqual([]);
});

it("an IPAddress without a service is deleted after a grace period, those of others stay", async () => {
  const at = start();
  at.cluster.put(ADDRESSES, address("10.96.0.7", { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" }));
  at.cluster.put(ADDRESSES, address("10.96.0.8"));
  await at.settle();
  expect(addresses(at)).toEqual(["10.96.0.7", "10.96.0.8"]);
  await at.pass(61_000);
  expect(addresses(at)).toEqual(["10.96.0.8"]);
  expect(messages(at)).toEqual(["IPAddress: 10.96.0.7 for Service ns/s appears to have leaked: cleaning up"]);
});
