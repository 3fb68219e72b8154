/** ip() and cidr() (apiserver pkg/cel/library/ip.go, cidr.go). */
import ipaddr from "ipaddr.js";
import { goQuote } from "../../field-error.ts";
import { addressProblem } from "../../network/go-address.ts";
import { type Declaration, noSuchOverload } from "../declaration.ts";
import { CelError, Opaque } from "../values/values.ts";

/** `::1.2.3.4` with its last four bytes in hexadecimal. */
const withoutTail = (text: string) =>
  text.replace(/(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });

class IpValue extends Opaque {
  readonly typeName = "net.IP";
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  constructor(readonly text: string) {
    super();
    this.address = ipaddr.parse(withoutTail(text));
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
    return other.address.kind() === this.ip.address.kind() && other.address.match(this.ip.address, this.bits);
  }
  override toString(): string {
    return `${this.ip}/${this.bits}`;
  }
}

function isMapped(text: string): boolean {
  const plain = withoutTail(text);
  return ipaddr.IPv6.isValid(plain) && ipaddr.IPv6.parse(plain).isIPv4MappedAddress();
}

function addressErrorOf(text: string): string | undefined {
  const problem = addressProblem(text);
  if (problem !== undefined) return `IP Address ${goQuote(text)} parse error during conversion from string: ${problem}`;
  if (text.includes("%")) return `IP address ${goQuote(text)} with zone value is not allowed`;
  return isMapped(text) ? mappedError(text) : undefined;
}

const mappedError = (text: string) => `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`;

function ip(text: string): IpValue {
  const error = addressErrorOf(text);
  if (error !== undefined) throw new CelError(error);
  return new IpValue(text);
}

const CIDR_ERROR = "network address parse error during conversion from string: ";

function parseCidr(text: string): CidrValue | string {
  const fail = (why: string) => `${CIDR_ERROR}${CIDR_ERROR}netip.ParsePrefix(${goQuote(text)}): ${why}`;
  const slash = text.lastIndexOf("/");
  if (slash < 0) return fail("no '/'");
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const problem = addressProblem(address);
  if (problem !== undefined) return fail(problem);
  if (address.includes("%")) return fail("IPv6 zones cannot be present in a prefix");
  if (!/^(0|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${goQuote(bits)}`);
  if (Number(bits) > (address.includes(":") ? 128 : 32)) return fail("prefix length out of range");
  return isMapped(address) ? `${CIDR_ERROR}${mappedError(text)}` : new CidrValue(new IpValue(address), Number(bits));
}

function cidr(text: string): CidrValue {
  const parsed = parseCidr(text);
  if (typeof parsed === "string") throw new CelError(parsed);
  return parsed;
}

function maskedCidr({ ip: { address }, bits }: CidrValue): CidrValue {
  const bytes = address.toByteArray().map((byte, i) => {
    const prefixBits = Math.max(0, Math.min(8, bits - i * 8));
    return byte & (0xff << (8 - prefixBits)) & 0xff;
  });
  return new CidrValue(new IpValue(ipaddr.fromByteArray(bytes).toString()), bits);
}

const range = (name: string) => (value: IpValue) => value.address.range() === name;
const family = ({ address }: IpValue) => (address.kind() === "ipv4" ? 4n : 6n);

/** The addresses after 0.0.0.0, which have no use, count as any other, as in Go. */
const isUnspecified = ({ address }: IpValue) => address.toByteArray().every((byte) => byte === 0);

const isGlobalUnicast = (value: IpValue) =>
  !isUnspecified(value) && !["loopback", "multicast", "linkLocal", "broadcast"].includes(value.address.range());

const linkLocalMulticast = ({ address }: IpValue) =>
  address.kind() === "ipv4" ? address.toString().startsWith("224.0.0.") : /^ff.2:/i.test(address.toString());

const containsCidr = (outer: CidrValue, inner: CidrValue) => outer.contains(inner.ip) && inner.bits >= outer.bits;

/**
 * Kubernetes passes anything that is not an address to a function for addresses, which only reports that it is none.
 */
function addressIn(text: string): IpValue {
  if (addressErrorOf(text) !== undefined) throw noSuchOverload();
  return new IpValue(text);
}

export const network: readonly Declaration[] = [
  ["ip(string) -> net.IP", ip, "traversal"],
  ["isIP(string) -> bool", (text: string) => addressErrorOf(text) === undefined, "traversal"],
  ["ip.isCanonical(string) -> bool", (text: string) => String(ip(text)) === text, "rewritten"],
  ["net.IP.family() -> int", family],
  ["net.IP.isUnspecified() -> bool", isUnspecified],
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
    (network: CidrValue, address: string) => network.contains(addressIn(address)),
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
  ["net.CIDR.masked() -> net.CIDR", maskedCidr],
  ["string(net.CIDR) -> string", String],
];
