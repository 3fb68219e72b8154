/** ip() and cidr() (apiserver pkg/cel/library/ip.go, cidr.go). */
import ipaddr from "ipaddr.js";
import { isIPv4, isIPv6 } from "../../ip.ts";
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque } from "../values.ts";

class IpValue extends Opaque {
  readonly typeName = "net.IP";
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  constructor(readonly text: string) {
    super();
    this.address = ipaddr.parse(text);
  }
  equals(other: Opaque): boolean {
    return other instanceof IpValue && other.toString() === this.toString();
  }
  override toString(): string {
    return this.address.kind() === "ipv4" ? this.address.toString() : compress(this.address as ipaddr.IPv6);
  }
}

const compress = (address: ipaddr.IPv6) => address.toRFC5952String?.() ?? address.toString();

class CidrValue extends Opaque {
  readonly typeName = "net.CIDR";
  constructor(
    readonly ip: IpValue,
    readonly bits: number,
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other instanceof CidrValue && other.ip.equals(this.ip) && other.bits === this.bits;
  }
  contains(other: IpValue): boolean {
    return (
      other.address.kind() === this.ip.address.kind() &&
      other.address.match(this.ip.address as ipaddr.IPv4 & ipaddr.IPv6, this.bits)
    );
  }
  override toString(): string {
    return `${this.ip}/${this.bits}`;
  }
}

const isIp = (text: string) => isIPv4(text) || (isIPv6(text) && !/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text));

function ip(text: string): IpValue {
  if (isIp(text)) return new IpValue(text);
  const why = /[.:]/.test(text) ? "unexpected character" : "unable to parse IP";
  throw new CelError(
    `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${why}`,
  );
}

const CIDR_ERROR = "network address parse error during conversion from string: ";

function parseCidr(text: string): CidrValue | string {
  const fail = (why: string) => `${CIDR_ERROR}${CIDR_ERROR}netip.ParsePrefix(${JSON.stringify(text)}): ${why}`;
  const slash = text.lastIndexOf("/");
  if (slash < 0) return fail("no '/'");
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!isIp(address)) return fail(`ParseAddr(${JSON.stringify(address)}): unable to parse IP`);
  if (!/^(0|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${JSON.stringify(bits)}`);
  if (Number(bits) > (isIPv4(address) ? 32 : 128)) return fail("prefix length out of range");
  return new CidrValue(new IpValue(address), Number(bits));
}

function cidr(text: string): CidrValue {
  const parsed = parseCidr(text);
  if (typeof parsed === "string") throw new CelError(parsed);
  return parsed;
}

function masked({ ip: { address }, bits }: CidrValue): CidrValue {
  const bytes = address.toByteArray().map((byte, i) => {
    const kept = Math.max(0, Math.min(8, bits - i * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return new CidrValue(new IpValue(ipaddr.fromByteArray(bytes).toString()), bits);
}

const range = (name: string) => (value: IpValue) => value.address.range() === name;
const family = ({ address }: IpValue) => (address.kind() === "ipv4" ? 4n : 6n);

function isGlobalUnicast({ address }: IpValue): boolean {
  return !["unspecified", "loopback", "multicast", "linkLocal", "broadcast"].includes(address.range());
}

const linkLocalMulticast = ({ address }: IpValue) =>
  address.kind() === "ipv4" ? address.toString().startsWith("224.0.0.") : /^ff.2:/i.test(address.toString());

const containsCidr = (outer: CidrValue, inner: CidrValue) => outer.contains(inner.ip) && inner.bits >= outer.bits;

export const network: readonly Declaration[] = [
  ["ip(string) -> net.IP", ip, "traversal"],
  ["isIP(string) -> bool", isIp, "traversal"],
  ["ip.isCanonical(string) -> bool", (text: string) => String(ip(text)) === text, "traversal"],
  ["net.IP.family() -> int", family],
  ["net.IP.isUnspecified() -> bool", range("unspecified")],
  ["net.IP.isLoopback() -> bool", range("loopback")],
  ["net.IP.isLinkLocalMulticast() -> bool", linkLocalMulticast],
  ["net.IP.isLinkLocalUnicast() -> bool", range("linkLocal")],
  ["net.IP.isGlobalUnicast() -> bool", isGlobalUnicast],
  ["string(net.IP) -> string", String],
  ["cidr(string) -> net.CIDR", cidr, "traversal"],
  ["isCIDR(string) -> bool", (text: string) => typeof parseCidr(text) !== "string", "traversal"],
  ["net.CIDR.containsIP(net.IP) -> bool", (network: CidrValue, address: IpValue) => network.contains(address)],
  [
    "net.CIDR.containsIP(string) -> bool",
    (network: CidrValue, address: string) => network.contains(ip(address)),
    "traversal",
  ],
  ["net.CIDR.containsCIDR(net.CIDR) -> bool", containsCidr],
  [
    "net.CIDR.containsCIDR(string) -> bool",
    (outer: CidrValue, inner: string) => containsCidr(outer, cidr(inner)),
    "traversal",
  ],
  ["net.CIDR.ip() -> net.IP", ({ ip: address }: CidrValue) => address],
  ["net.CIDR.prefixLength() -> int", ({ bits }: CidrValue) => BigInt(bits)],
  ["net.CIDR.masked() -> net.CIDR", masked],
  ["string(net.CIDR) -> string", String],
];
