/** The addresses that a node is known by: one of each family that its pods have. Pure. */
import { isIPv6 } from "node:net";
import type { Node } from "../../api/generated/core.v1.ts";

export interface MachineAddresses {
  /** Of IPv4. */
  readonly first: readonly string[];
  readonly ipv6: string | undefined;
}

/** `node` as the API has it: whose pods have addresses of both families has been given ranges of both. */
export function nodeAddresses({ first, ipv6 }: MachineAddresses, node: Node | undefined): readonly string[] {
  const isDual = node?.spec.podCIDRs?.some((range) => isIPv6(range.split("/")[0] ?? "")) === true;
  return ipv6 === undefined || !isDual ? first : [...first, ipv6];
}

/** What the API is told; several of one type would be merged into one. */
export const addressesPatch = (addresses: readonly { readonly type: string; readonly address: string }[]) =>
  addresses.filter(({ type }) => type === "InternalIP").length > 1
    ? [...addresses, { $patch: "replace" }]
    : [...addresses];
