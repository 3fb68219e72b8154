import { expect, test } from "vitest";
import { advertisedAddress } from "./advertised-address.ts";

const entry = (address: string, family: "IPv4" | "IPv6", internal: boolean) =>
  ({ address, family, internal, netmask: "", mac: "", cidr: null, scopeid: 0 }) as never;
const interfaces = {
  lo: [entry("127.0.0.1", "IPv4", true)],
  eth0: [entry("fe80::1", "IPv6", false), entry("192.0.2.7", "IPv4", false)],
};

test.each([
  ["127.0.0.1", undefined],
  ["localhost", undefined],
  ["192.0.2.9", "192.0.2.9:6443"],
  ["0.0.0.0", "192.0.2.7:6443"],
  ["::", "192.0.2.7:6443"],
])("a server bound to %s is reachable at %s", (bind, address) => {
  expect(advertisedAddress(bind, 6443, interfaces)).toBe(address);
});
