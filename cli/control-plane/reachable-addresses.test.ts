import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { isReachable } from "./reachable-addresses.ts";

const own = ["127.0.0.1", "0.0.0.0", "169.254.169.254", "::1", "::", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"];
const within = [
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "100.100.100.200",
  "fd12::1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
];
const without = ["1.1.1.1", "172.32.0.1", "192.167.1.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"];

test.each([
  ["networks", own, false],
  ["internet", own, false],
  ["networks", within, true],
  ["internet", within, false],
  ["networks", without, true],
  ["internet", without, true],
] as const)("CLUSTER-REACH: with reach %s, each of %j is reachable: %s", (reach, addresses, reachable) => {
  expect(addresses.filter((address) => isReachable(address, reach) !== reachable)).toEqual([]);
});

test("CLUSTER-REACH: this machine's own addresses are never reachable, not even public ones", () => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
  expect(addresses.filter((address) => isReachable(address, "internet"))).toEqual([]);
});
