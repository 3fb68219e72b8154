/** IP addresses and CIDRs, as accepted by Go's legacy parser; which of them are ambiguous or non-canonical. */
import ipaddr from "ipaddr.js";

export type IPFamily = "IPv4" | "IPv6";

/** Whether Go's legacy parser accepts it: four decimal parts, or IPv6 without a zone. */
export const isIP = (text: string): boolean => isIPv4(text) || isIPv6(text);

export const isIPv4 = (text: string): boolean => octetsOf(text) !== undefined;

const FOUR_PARTS = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

function octetsOf(text: string): number[] | undefined {
  const match = FOUR_PARTS.exec(text);
  if (!match) return undefined;
  const octets = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

export const isIPv6 = (text: string): boolean => text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text);

/** The family of a valid address; an IPv4-mapped one counts as IPv4, as in Go. */
export const familyOf = (text: string): IPFamily =>
  isIPv4(text) || ipaddr.IPv6.parse(text).isIPv4MappedAddress() ? "IPv4" : "IPv6";

const LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
const LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
const MULTICAST = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";

/** Why a valid address cannot be an endpoint, if so. */
export function specialIPProblem(text: string): string | undefined {
  const octets = octetsOf(text);
  if (!octets) return specialIPv6Problem(text);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  if (a + b + c + d === 0) return `may not be unspecified (${text})`;
  if (a === 127) return LOOPBACK;
  if (a === 169 && b === 254) return LINK_LOCAL;
  return a === 224 && b === 0 && c === 0 ? MULTICAST : undefined;
}

function specialIPv6Problem(text: string): string | undefined {
  const address = ipaddr.IPv6.parse(text);
  switch (address.range()) {
    case "unspecified":
      return `may not be unspecified (${text})`;
    case "loopback":
      return LOOPBACK;
    case "linkLocal":
      return LINK_LOCAL;
    case "ipv4Mapped":
      return specialIPProblem(address.toIPv4Address().toString());
    default:
      return address.match(ipaddr.IPv6.parse("ff02::"), 16) ? MULTICAST : undefined;
  }
}

const withoutLeadingZeros = (text: string): string => text.split(".").map(Number).join(".");

/** An address as Go prints it: no leading zeros, IPv6 by RFC 5952, IPv4-mapped as IPv4. */
export function plainIP(address: string): string {
  if (isIPv4(address)) return withoutLeadingZeros(address);
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

const IP_PROBLEM = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const CIDR_PROBLEM = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

const split = (cidr: string) => {
  const slash = cidr.lastIndexOf("/");
  return { address: cidr.slice(0, Math.max(slash, 0)), prefix: cidr.slice(slash + 1) };
};

export function isCIDR(text: string): boolean {
  const { address, prefix } = split(text);
  return isIP(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128);
}

export const familyOfCIDR = (cidr: string): IPFamily => (isIPv4(split(cidr).address) ? "IPv4" : "IPv6");

const bytesOf = (address: string) =>
  isIPv4(address)
    ? ipaddr.IPv4.parse(withoutLeadingZeros(address)).toByteArray()
    : ipaddr.IPv6.parse(address).toByteArray();

/** The bits of an address from `from` on, as a number that is 0 if all are. */
const isZeroFrom = (bytes: readonly number[], from: number) =>
  bytes.every((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, from - i * 8)))) === 0);

/** Whether `inner` is a proper subset of `outer`; both are valid CIDRs. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [small, large] = [split(inner), split(outer)];
  if (isIPv4(small.address) !== isIPv4(large.address) || Number(small.prefix) <= Number(large.prefix)) return false;
  const [a, b] = [bytesOf(small.address), bytesOf(large.address)];
  const commonPrefix = Number(large.prefix);
  return a.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, commonPrefix - i * 8));
    return byte >> (8 - bits) === (b[i] ?? 0) >> (8 - bits);
  });
}

const hasLeadingZeros = (address: string) => isIPv4(address) && withoutLeadingZeros(address) !== address;

/** Kubernetes' errors for ambiguous texts. */
export const AMBIGUITIES: readonly string[] = [
  "must not have leading 0s",
  "must not be an IPv4-mapped IPv6 address",
  "must not have leading 0s in IP or prefix length",
  "must not have an IPv4-mapped IPv6 address",
  "must not have bits set beyond the prefix length",
];
const [ZEROS, MAPPED, CIDR_ZEROS, CIDR_MAPPED, BITS] = AMBIGUITIES;

const isMapped = (address: string) => !isIPv4(address) && ipaddr.IPv6.parse(address).isIPv4MappedAddress();

/** Why a text is not an unambiguous address. */
export function ipProblem(text: string): string | undefined {
  if (!isIP(text)) return IP_PROBLEM;
  if (hasLeadingZeros(text)) return ZEROS;
  return isMapped(text) ? MAPPED : undefined;
}

export function cidrProblem(text: string): string | undefined {
  if (!isCIDR(text)) return CIDR_PROBLEM;
  const { address, prefix } = split(text);
  if (hasLeadingZeros(address) || (prefix.length > 1 && prefix.startsWith("0"))) return CIDR_ZEROS;
  if (isMapped(address)) return CIDR_MAPPED;
  return isZeroFrom(bytesOf(address), Number(prefix)) ? undefined : BITS;
}

/** Why an address is not in the canonical form that new fields require. */
export function canonicalIPProblems(text: string): readonly string[] {
  const problem = ipProblem(text);
  if (problem !== undefined) return [problem];
  const canonical = isIPv4(text) ? text : ipaddr.IPv6.parse(text).toRFC5952String();
  return canonical === text ? [] : [`must be in canonical form ("${canonical}")`];
}

export function canonicalCIDRProblems(text: string): readonly string[] {
  const problem = cidrProblem(text);
  if (problem !== undefined) return [problem];
  const { address, prefix } = split(text);
  const canonical = isIPv4(address) ? address : ipaddr.IPv6.parse(address).toRFC5952String();
  return canonical === address ? [] : [`must be in canonical form ("${canonical}/${prefix}")`];
}

/** An address with the prefix length of its network: `10.9.8.7/24`. */
export function interfaceAddressProblems(text: string): readonly string[] {
  if (!isCIDR(text)) return ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"];
  const { address, prefix } = split(text);
  const plain = plainIP(address);
  const length = isIPv4(plain) && Number(prefix) > 32 ? Number(prefix) - 96 : Number(prefix);
  const canonical = `${plain}/${length}`;
  return canonical === text ? [] : [`must be in canonical form ("${canonical}")`];
}
