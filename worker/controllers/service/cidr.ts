/** IPv4 and IPv6 ranges as numbers. */

export interface Cidr {
  readonly bits: number;
  readonly base: bigint;
  readonly size: bigint;
}

/** The range; empty if the text is not one. */
export function parseCidr(text: string): readonly Cidr[] {
  const [ip = "", length = ""] = text.split("/");
  const address = numberOf(ip);
  if (!address || !/^\d+$/.test(length) || Number(length) > address.bits) return [];
  const size = 1n << BigInt(address.bits - Number(length));
  return [{ bits: address.bits, base: address.value - (address.value % size), size }];
}

export function contains({ bits, base, size }: Cidr, ip: string): boolean {
  const address = numberOf(ip);
  return address?.bits === bits && address.value >= base && address.value < base + size;
}

function numberOf(ip: string): { bits: number; value: bigint } | undefined {
  if (!ip.includes(":")) {
    const parts = ip.split(".").map(Number);
    if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
    return { bits: 32, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  const [head = "", tail] = ip.split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const [left, right] = [words(head), words(tail ?? "")];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const all = [...left, ...zeros, ...right];
  if (all.length !== 8 || all.some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return { bits: 128, value: all.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n) };
}
