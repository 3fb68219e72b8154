import { describe, expect, it } from "vitest";
import type { Node } from "../../api/generated/core.v1.ts";
import { addressesPatch, nodeAddresses } from "./node-addresses.ts";

const machine = { first: ["192.0.2.1"], ipv6: "fd00::1" };
const withRanges = (...podCIDRs: string[]): Node => ({ metadata: { name: "n" }, spec: { podCIDRs }, status: {} });

describe("NET-FAMILIES-NODE: a node", () => {
  it.each<[string, Node | undefined, string[]]>([
    ["has pod CIDRs of both families", withRanges("10.244.0.0/24", "fd00:10:244::/64"), ["192.0.2.1", "fd00::1"]],
    ["has one pod CIDR", withRanges("10.244.0.0/24"), ["192.0.2.1"]],
    ["has no pod CIDR yet", undefined, ["192.0.2.1"]],
  ])("that %s has addresses of the same families", (_, node, addresses) =>
    expect(nodeAddresses(machine, node)).toEqual(addresses),
  );

  it("without an IPv6 address has its IPv4 address only", () => {
    const node = withRanges("10.244.0.0/24", "fd00:10:244::/64");
    expect(nodeAddresses({ ...machine, ipv6: undefined }, node)).toEqual(["192.0.2.1"]);
  });

  it("reports several addresses of one type completely", () => {
    const of = (type: string, address: string) => ({ type, address });
    const one = [of("InternalIP", "192.0.2.1"), of("Hostname", "n")];
    expect(addressesPatch(one)).toEqual(one);
    const two = [of("InternalIP", "192.0.2.1"), of("InternalIP", "fd00::1"), of("Hostname", "n")];
    expect(addressesPatch(two)).toEqual([...two, { $patch: "replace" }]);
  });
});
