/** The addresses that a node is known by: one per family that its pods have. Pure. */
import { isIPv6 } from "node:net";
import type { Node } from "../../api/generated/core.v1.ts";

export interface MachineAddresses {
  /** IPv4. */
  readonly first: readonly string[];
  readonly ipv6: string | undefined;
}

/** `node` is the API's object: a node whose pods have both families has been assigned ranges of both. */
export function nodeAddresses({ first, ipv6 }: MachineAddresses, node: Node | undefined): readonly string[] {
  const isDual = node?.spec.podCIDRs?.some((range) => isIPv6(range.split("/")[0] ?? "")) === true;
  return ipv6 === undefined || !isDual ? first : [...first, ipv6];
}

/** The patch for the API; several addresses of one type would otherwise be merged into one. */
export const addressesPatch = (addresses: readonly { readonly type: string; readonly address: string }[]) =>
  addresses.filter(({ type }) => type === "InternalIP").length > 1
    ? [...addresses, { $patch: "replace" }]
    : [...addresses];
