/**
 * Warnings about addresses and ranges that are tolerated because they were stored, or that are not in canonical form.
 */
import ipaddr from "ipaddr.js";
import { goQuote } from "../field-error.ts";
import { canonicalIPProblems, isCIDR, isIP, isIPv4, plainIP } from "./ip.ts";

/** Values that are no addresses at all are reported by validation. */
export function ipWarnings(path: string, value: string): string[] {
  if (!isIP(value) || canonicalIPProblems(value).length === 0) return [];
  const plain = plainIP(value);
  return isIPv4(plain)
    ? [`${path}: non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(plain)}`]
    : [`${path}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(plain)})`];
}

/** About the addresses at which a load balancer answers, of a Service's or an Ingress' status. */
export const loadBalancerWarnings = (ingress: readonly { readonly ip?: string }[] = []): string[] =>
  ingress.flatMap(({ ip = "" }, i) => ipWarnings(`status.loadBalancer.ingress[${i}]`, ip));

export function cidrWarnings(path: string, value: string): string[] {
  if (!isCIDR(value)) return [];
  const [address = "", length = ""] = value.split("/");
  const plain = plainIP(address);
  const wasMapped = isIPv4(plain) && !isIPv4(address);
  const prefix = wasMapped ? Math.max(0, Number(length) - 96) : Number(length);
  const range = `${networkOf(plain, prefix)}/${prefix}`;
  const warnings: string[] = [];
  if (networkOf(plain, prefix) !== plain)
    warnings.push(
      `${path}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(range)} or ${goQuote(`${plain}/${isIPv4(address) ? 32 : 128}`)}?)`,
    );
  const hasZeros = length.length > 1 && length.startsWith("0");
  if (isIPv4(plain) ? plain !== address || hasZeros : hasZeros)
    warnings.push(`${path}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(range)}`);
  if (warnings.length === 0 && plain !== address)
    warnings.push(
      `${path}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(`${plain}/${prefix}`)})`,
    );
  return warnings;
}

function networkOf(plain: string, prefix: number): string {
  const network = isIPv4(plain)
    ? ipaddr.IPv4.networkAddressFromCIDR(`${plain}/${prefix}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${plain}/${prefix}`);
  return plainIP(network.toString());
}
