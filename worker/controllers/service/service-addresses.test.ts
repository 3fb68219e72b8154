import { expect, it } from "vitest";
import type { Event, Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress } from "../../../api/generated/networking.v1.ts";
import { controlledCluster } from "../../../test/fakes/controlled-cluster.ts";
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
const messages = ({ cluster }: At) => cluster.list<Event>("events").map(({ message }) => message);

it("an address that was deleted under its service is made again", async () => {
  const at = start();
  at.cluster.put("services", service);
  await at.settle();
  expect(addresses(at)).toEqual(["10.96.0.9"]);
  expect(messages(at)).toEqual(["Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing"]);
});

it("an address that no service has goes after its grace, somebody else's stays", async () => {
  const at = start();
  at.cluster.put(ADDRESSES, address("10.96.0.7", { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" }));
  at.cluster.put(ADDRESSES, address("10.96.0.8"));
  await at.settle();
  expect(addresses(at)).toEqual(["10.96.0.7", "10.96.0.8"]);
  await at.pass(61_000);
  expect(addresses(at)).toEqual(["10.96.0.8"]);
  expect(messages(at)).toEqual(["IPAddress: 10.96.0.7 for Service ns/s appears to have leaked: cleaning up"]);
});
