import { BlockList } from "node:net";

const typeOf = (address: string): "ipv4" | "ipv6" => (address.includes(":") ? "ipv6" : "ipv4");

/** Whether one of the ranges (CIDRs) contains the address. */
export function isWithin(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = "", bits] = range.split("/");
    list.addSubnet(base, Number(bits), typeOf(base));
  }
  return list.check(address, typeOf(address));
}
