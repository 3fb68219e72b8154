/** IP addresses and CIDRs, as the fields that Kubernetes has always had take them: leading zeros are let pass. */
import ipaddr from "ipaddr.js";

export type IPFamily = "IPv4" | "IPv6";

/** Whether Go's legacy parser takes it: four decimal parts, or IPv6 without a zone. */
export const isIP = (text: string): boolean => isIPv4(text) || isIPv6(text);

export const isIPv4 = (text: string): boolean =>
  /^\d{1,}\.\d{1,}\.\d{1,}\.\d{1,}$/.test(text) && text.split(".").every((part) => Number(part) <= 255);

export const isIPv6 = (text: string): boolean => text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text);

/** The family of a valid address; an IPv4-mapped one counts as IPv4, as in Go. */
export const familyOf = (text: string): IPFamily =>
  isIPv4(text) || ipaddr.IPv6.parse(text).isIPv4MappedAddress() ? "IPv4" : "IPv6";

const SPECIAL: Readonly<Record<string, string>> = {
  unspecified: "may not be unspecified (0.0.0.0 or ::)",
  loopback: "may not be in the loopback range (127.0.0.0/8, ::1/128)",
  linkLocal: "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
};

/** Why a valid address can be nobody's endpoint, if so. */
export function specialIPProblem(text: string): string | undefined {
  const address = isIPv4(text) ? ipaddr.IPv4.parse(withoutLeadingZeros(text)) : ipaddr.IPv6.parse(text);
  const multicast =
    address.kind() === "ipv4"
      ? (address as ipaddr.IPv4).match(ipaddr.IPv4.parse("224.0.0.0"), 24)
      : /^ff02:/i.test(text);
  if (multicast) return "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
  // ipaddr.js counts all of 0.0.0.0/8 as unspecified.
  const range = address.range();
  return range === "unspecified" && address.toByteArray().some((byte) => byte !== 0) ? undefined : SPECIAL[range];
}

export const withoutLeadingZeros = (text: string): string => text.split(".").map(Number).join(".");
