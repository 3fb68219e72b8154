/**
 * Restricts calls whose URL was chosen by a guest of this machine: the administrator of a cluster other than the
 * default one.
 */
import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { networkInterfaces } from "node:os";

/** `networks`: excludes this machine and link-local addresses. `internet`: also excludes private networks. */
export type Reach = "networks" | "internet";

type Network = readonly [address: string, prefix: number];

/** This machine and its link: clouds serve their machines' secrets there. */
const OWN: readonly Network[] = [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
];
const OWN_V6: readonly Network[] = [
  ["::", 127],
  ["fe80::", 10],
  ["fd00:ec2::254", 128],
];
/** Addresses that are not on the internet (IANA's special-purpose registries), and multicast. */
const PRIVATE: readonly Network[] = [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];
const PRIVATE_V6: readonly Network[] = [
  ["fc00::", 7],
  ["fec0::", 10],
  ["ff00::", 8],
];
/** IPv6 ranges that embed IPv4 addresses: NAT64, and the deprecated notation. */
const EMBEDDING: readonly string[] = ["64:ff9b::", "::"];

function listOf(networks: readonly Network[], networksV6: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networksV6) list.addSubnet(address, prefix, "ipv6");
  for (const [address, prefix] of networks) {
    list.addSubnet(address, prefix, "ipv4");
    for (const before of EMBEDDING) list.addSubnet(`${before}${address}`, 96 + prefix, "ipv6");
  }
  return list;
}

const closed: Readonly<Record<Reach, BlockList>> = {
  networks: listOf(OWN, OWN_V6),
  internet: listOf([...OWN, ...PRIVATE], [...OWN_V6, ...PRIVATE_V6]),
};

/** An IPv4 address embedded in IPv6 is judged as IPv4. This machine's own addresses are excluded, however public. */
export function isReachable(address: string, reach: Reach): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  if (closed[reach].check(address, family === 4 ? "ipv4" : "ipv6")) return false;
  return reach === "networks" || !isOfThisMachine(address);
}

function isOfThisMachine(address: string): boolean {
  const own = new BlockList();
  for (const each of Object.values(networkInterfaces()).flat())
    if (each) own.addAddress(each.address, each.family === "IPv4" ? "ipv4" : "ipv6");
  return own.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

export const forbiddenAddress = (address: string): Error =>
  new Error(`dial tcp ${address}: connect: permission denied`);

/** Names are checked as they are resolved for the connection: a second lookup might return something else. */
export const lookupWithin =
  (reach: Reach): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "");
      const allowed = found.filter(({ address }) => isReachable(address, reach));
      const [first] = allowed;
      if (first === undefined) return done(forbiddenAddress(hostname), "");
      return options.all ? done(null, allowed) : done(null, first.address, first.family);
    });
