/**
 * Topology aware routing, which a service requests by annotation: its endpoints are allocated to zones in proportion to
 * their nodes' CPU, so that traffic stays within a zone unless that would overload an endpoint.
 */
import type { Node, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint } from "../../../api/generated/discovery.v1.ts";
import { milliValue } from "../../../api/machinery/quantity.ts";
import type { PlannedSlice } from "./slice-set.ts";
import { withHints } from "./traffic-distribution.ts";

const ZONE = "topology.kubernetes.io/zone";
const MODES = ["service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"] as const;
const CONTROL_PLANE = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"] as const;
/** How much more than its share an endpoint may get. */
const OVERLOAD = 0.2;

const modeOf = ({ metadata: { annotations = {} } }: Service) => annotations[MODES[0]] ?? annotations[MODES[1]];

/** Whether the service says anything about topology aware routing. */
export const hasTopologyMode = (service: Service): boolean => modeOf(service) !== undefined;

export function isTopologyAware(service: Service): boolean {
  const mode = modeOf(service);
  return mode === "Auto" || mode === "auto";
}

/** Each zone's share of all CPU; undefined if some node does not report it, or there is only one zone. */
export type ZoneShares = ReadonlyMap<string, number> | undefined;

const isReady = ({ status }: Node) => status.conditions?.find(({ type }) => type === "Ready")?.status === "True";

/** The CPU that a node adds to its zone (thousandths); undefined: the node does not count. */
const processorsOf = (node: Node): number | undefined =>
  isReady(node) && !CONTROL_PLANE.some((label) => node.metadata.labels?.[label] !== undefined)
    ? milliValue(node.status.allocatable?.cpu)
    : undefined;

export function zoneShares(nodes: readonly Node[]): ZoneShares {
  const zones = new Map<string, number>();
  let all = 0;
  for (const node of nodes) {
    const cpu = processorsOf(node);
    if (cpu === undefined) continue;
    const zone = node.metadata.labels?.[ZONE];
    if (!zone || cpu === 0) return undefined;
    zones.set(zone, (zones.get(zone) ?? 0) + cpu);
    all += cpu;
  }
  return zones.size < 2 ? undefined : new Map([...zones].sort().map(([zone, cpu]) => [zone, cpu / all]));
}

/** Whether a node's change may affect the shares. */
export const changesShares = (next: Node, before: Node): boolean =>
  processorsOf(next) !== processorsOf(before) || next.metadata.labels?.[ZONE] !== before.metadata.labels?.[ZONE];

export type Hinted = { readonly slices: readonly PlannedSlice[] } | { readonly problem: string };

/**
 * The slices of one address type, their ready endpoints with the zone that they serve: zones with too many lend to
 * zones with too few. A slice that would not change otherwise keeps its hints while they are of use.
 */
export function hintedByZone(slices: readonly PlannedSlice[], shares: ZoneShares): Hinted {
  if (!shares)
    return {
      problem: "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    };
  const count = slices.flatMap(({ endpoints }) => endpoints.filter(isReadyEndpoint)).length;
  const counts = `(${count} endpoints, ${shares.size} zones)`;
  if (shares.size > count) return { problem: `Insufficient number of endpoints ${counts}` };
  const allocation = allocationOf(count, shares);
  if (!allocation)
    return {
      problem: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`,
    };
  const have = new Map<string, number>();
  const open = new Set(slices.filter((slice) => slice.changes || !hintsStillFit(slice, allocation, have)));
  const free = [...open].flatMap(({ endpoints }) => endpoints.filter(isReadyEndpoint));
  if (free.some(({ zone }) => !zone)) return { problem: "One or more endpoints do not have a zone specified" };
  for (const { zone = "" } of free) have.set(zone, (have.get(zone) ?? 0) + 1);
  const loans = endpointLoans(have, allocation.targets);
  const hintFor = (endpoint: Endpoint): Endpoint["hints"] => {
    const { zone = "" } = endpoint;
    return isReadyEndpoint(endpoint) ? { forZones: [{ name: loans.get(zone)?.shift() ?? zone }] } : undefined;
  };
  return { slices: slices.map((slice) => (open.has(slice) ? withHints(slice, hintFor) : slice)) };
}

const isReadyEndpoint = ({ conditions }: Endpoint) => conditions?.ready === true;

/**
 * Whether the hints of a slice can stay: each ready endpoint has one, for zones that need some, and no zone gets more
 * than leaves the others their minimum. Then they are added to those that the zones have.
 */
function hintsStillFit({ endpoints }: PlannedSlice, { most }: Allocation, have: Map<string, number>): boolean {
  const more = new Map<string, number>();
  for (const { hints } of endpoints.filter(isReadyEndpoint)) {
    if (!hints?.forZones?.length) return false;
    for (const { name } of hints.forZones) more.set(name, (more.get(name) ?? 0) + 1);
  }
  for (const [zone, count] of more) if (count + (have.get(zone) ?? 0) > (most.get(zone) ?? 0)) return false;
  for (const [zone, count] of more) have.set(zone, count + (have.get(zone) ?? 0));
  return true;
}

interface Allocation {
  /** How many endpoints each zone should have. */
  readonly targets: ReadonlyMap<string, number>;
  /** How many it may have at most. */
  readonly most: ReadonlyMap<string, number>;
}

/** Undefined if not even the minimum for each zone is available. */
function allocationOf(count: number, shares: ReadonlyMap<string, number>): Allocation | undefined {
  const least = new Map([...shares].map(([zone, share]) => [zone, Math.ceil(share * count * (1 / (1 + OVERLOAD)))]));
  const left = [...least.values()].reduce((rest, each) => rest - each, count);
  if (left < 0) return undefined;
  return {
    targets: new Map([...shares].map(([zone, share]) => [zone, Math.max(share * count, least.get(zone) ?? 0)])),
    most: new Map([...least].map(([zone, each]) => [zone, each + left])),
  };
}

/** By lending zone, the zones to which it lends one endpoint each. */
function endpointLoans(
  have: ReadonlyMap<string, number>,
  targets: ReadonlyMap<string, number>,
): ReadonlyMap<string, string[]> {
  const surplus = new Map([...targets].map(([zone, target]) => [zone, (have.get(zone) ?? 0) - target]));
  const loans = new Map<string, string[]>();
  for (;;) {
    const [lender, spare] = mostExtreme(surplus, 1);
    const [borrower, lack] = mostExtreme(surplus, -1);
    // Not worth it for less than half an endpoint, or if both sides end up with less than one.
    if (lender === borrower || spare < 0.5 || lack < 0.5 || (spare < 1 && lack < 1)) return loans;
    surplus.set(lender, spare - 1);
    surplus.set(borrower, 1 - lack);
    loans.set(lender, [...(loans.get(lender) ?? []), borrower]);
  }
}

/** The zone with the largest surplus (1) or deficit (-1), and its amount. */
function mostExtreme(surplus: ReadonlyMap<string, number>, sign: 1 | -1): readonly [zone: string, by: number] {
  let most: readonly [string, number] = ["", Number.NEGATIVE_INFINITY];
  for (const [zone, count] of surplus) if (sign * count > most[1]) most = [zone, sign * count];
  return most;
}
