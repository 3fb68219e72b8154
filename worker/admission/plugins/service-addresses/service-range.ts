/** The address ranges of Services: the cluster's own, and those that ServiceCIDRs add for user-chosen addresses. */
import ipaddr from "ipaddr.js";
import type { ServiceCIDR } from "../../../../api/generated/networking.v1.ts";
import { familyOf, type IPFamily, plainIP } from "../../../../api/machinery/network/ip.ts";
import type { Key } from "../../../../api/store/store.ts";
import { clusterRanges, rangeOf } from "../../../network.ts";
import type { RequestContext } from "../../../request-context.ts";

export interface ServiceRange {
  /** `10.96.0.0/16` */
  readonly text: string;
  readonly family: IPFamily;
  /** The first address as a number. */
  readonly first: bigint;
  readonly size: number;
}

const RESOURCE = "servicecidrs.networking.k8s.io";
/** The ServiceCIDR that represents the cluster's own ranges. */
export const OWN_RANGE: Key = { resource: RESOURCE, namespace: "", name: "kubernetes" };

export function parseRange(text: string): ServiceRange {
  const [network = "", bits = "0"] = text.split("/");
  const family = familyOf(network);
  return { text, family, first: numberOf(network), size: 2 ** ((family === "IPv4" ? 32 : 128) - Number(bits)) };
}

/** Undefined: the cluster has none of this family. */
export function ownRange(family: IPFamily, { env }: Pick<RequestContext, "env">): ServiceRange | undefined {
  const text = rangeOf(family, clusterRanges(env).services);
  return text === undefined ? undefined : parseRange(text);
}

/** From ServiceCIDRs that are not being deleted. */
export async function addedRanges({ store }: Pick<RequestContext, "store">): Promise<ServiceRange[]> {
  const { items } = await store.list({ resource: RESOURCE });
  return items
    .map(({ text }) => JSON.parse(text) as ServiceCIDR)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => (spec.cidrs ?? []).map(parseRange));
}

/** Excludes the network address, and IPv4's broadcast address. */
export function contains({ family, first, size }: ServiceRange, address: string): boolean {
  const at = family === familyOf(address) ? Number(numberOf(address) - first) : 0;
  return at > 0 && at < (family === "IPv4" ? size - 1 : size);
}

export function addressAt({ family, first }: ServiceRange, place: number): string {
  const number = first + BigInt(place);
  const length = family === "IPv4" ? 4 : 16;
  const bytes = Array.from({ length }, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 255n));
  return plainIP(ipaddr.fromByteArray(bytes).toString());
}

const numberOf = (address: string): bigint =>
  ipaddr
    .parse(plainIP(address))
    .toByteArray()
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
