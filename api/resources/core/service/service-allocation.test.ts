import { expect, test } from "vitest";
import type { Service, ServicePort } from "../../../generated/core.v1.ts";
import { unallocatable } from "./service-allocation.ts";

const service = (...ports: Partial<ServicePort>[]) =>
  ({
    metadata: { name: "s", labels: { "a b": "" } },
    spec: { type: "NodePort", ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack", ports },
  }) as unknown as Service;
const old = service({ port: 80, protocol: "TCP", nodePort: 30_080 }, { port: 81, protocol: "TCP", nodePort: 30_081 });
const range = "provided port is not in the valid range. The range of valid ports is 30000-32767";

test.each<[string, Service, Service | undefined, boolean, string | undefined]>([
  ["of no range", service({ port: 80, nodePort: 5 }), undefined, false, `Invalid value: 5: ${range}`],
  ["of no range, later", service({ port: 80, nodePort: 5 }), old, false, `Invalid value: 5: ${range}`],
  ["of no range, in a dry run", service({ port: 80, nodePort: 5 }), undefined, true, undefined],
  ["of no range, in a dry run, later", service({ port: 80, nodePort: 5 }), old, true, undefined],
  [
    "of two ports",
    service({ port: 80, nodePort: 30_000 }, { port: 81, nodePort: 30_000 }),
    undefined,
    true,
    "Invalid value: 30000: provided port is already allocated",
  ],
  [
    "of two protocols that is not the first of their port",
    service({ port: 80, nodePort: 30_000 }, { port: 80, nodePort: 30_001 }, { port: 80, nodePort: 30_001 }),
    undefined,
    false,
    "Invalid value: 30001: provided port is already allocated",
  ],
  [
    "of two ports, later",
    service({ port: 80, protocol: "TCP", nodePort: 30_080 }, { port: 81, protocol: "TCP", nodePort: 30_080 }),
    old,
    false,
    "duplicate nodePort: {TCP 30080}",
  ],
  [
    "of two protocols, later",
    service({ port: 80, protocol: "TCP", nodePort: 30_080 }, { port: 81, protocol: "UDP", nodePort: 30_080 }),
    old,
    false,
    undefined,
  ],
])("REG-ALLOCATION: a node port %s", (_, next, before, dryRun, message) => {
  const refused = unallocatable(next, { old: before, dryRun, cluster: ["IPv4"] });
  expect(refused?.details?.causes?.[0]?.message ?? refused?.message).toBe(message);
  expect(refused?.code).toBe(message && (message.startsWith("dup") ? 500 : 422));
});

test("REG-ALLOCATION: families that the cluster has not are reported before node ports", () => {
  const next = { ...service({ port: 80, nodePort: 5 }) };
  next.spec = { ...next.spec, ipFamilies: ["IPv6"] };
  const refused = unallocatable(next, { dryRun: false, cluster: ["IPv4"] });
  expect(refused?.details?.causes?.map(({ field }) => field)).toEqual(["spec.ipFamilies[0]"]);
});

test("REG-ALLOCATION: a node port is taken by the first entry that gets it, although a later one chose it", () => {
  const next = service({ port: 80 }, { port: 81, nodePort: 30_000 }, { port: 80, nodePort: 30_000 });
  const told = () => unallocatable(next, { dryRun: false, cluster: ["IPv4"] })?.details?.causes?.[0]?.field;
  expect(told()).toBe("spec.ports[1].nodePort");
  next.spec = { ...next.spec, type: "LoadBalancer", allocateLoadBalancerNodePorts: false };
  expect(told()).toBe("spec.ports[2].nodePort");
});
