/** The hints by which proxies keep a service's traffic in the zone, or on the node, where it comes from. */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint } from "../../../api/generated/discovery.v1.ts";
import { same } from "../same.ts";
import type { PlannedSlice } from "./slice-set.ts";

/** The slices with the hints for what the service prefers; without hints if it prefers nothing. */
export const hintedByPreference = (
  slices: readonly PlannedSlice[],
  { spec: { trafficDistribution } }: Service,
): readonly PlannedSlice[] =>
  slices.map((slice) => withHints(slice, (endpoint) => hintOf(endpoint, trafficDistribution)));

/** The slice with a hint for each endpoint; it changes if one of them differs. */
export function withHints(slice: PlannedSlice, hintFor: (endpoint: Endpoint) => Endpoint["hints"]): PlannedSlice {
  const endpoints = slice.endpoints.map((endpoint) => {
    const { hints: _, ...rest } = endpoint;
    const hints = hintFor(endpoint);
    return hints ? { ...rest, hints } : rest;
  });
  const differ = endpoints.some(({ hints }: Endpoint, i) => !same(hints, slice.endpoints[i]?.hints));
  return differ ? { ...slice, endpoints, changes: true } : slice;
}

function hintOf({ conditions, zone, nodeName }: Endpoint, preference: string | undefined): Endpoint["hints"] {
  if (!conditions?.ready || !preference || !SAME_ZONE.includes(preference)) return undefined;
  const forNodes = preference === "PreferSameNode" && nodeName ? { forNodes: [{ name: nodeName }] } : {};
  const forZones = zone ? { forZones: [{ name: zone }] } : {};
  return zone || "forNodes" in forNodes ? { ...forZones, ...forNodes } : undefined;
}

/** A service that prefers the same node prefers the same zone to other zones. */
const SAME_ZONE: readonly string[] = ["PreferClose", "PreferSameZone", "PreferSameNode"];
