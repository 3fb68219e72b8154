/**
 * Topology aware routing, which a service requests by annotation: its endpoints are allocated to zones in proportion to
 * their nodes' CPU, so that traffic stays within a zone unless that would overload an endpoint.
 */
import type { Node, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint } from "../../../api/generated/discovery.v1.ts";
import { milliUnits, quantityOf } from "../../../api/machinery/quantity.ts";

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
    ? Number(milliUnits(quantityOf(node.status.allocatable?.cpu)))
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

export type Hinted = { readonly endpoints: readonly Endpoint[] } | { readonly problem: string };

/** Ready endpoints with the zone that they serve; zones with too many lend to zones with too few. */
export function hintedByZone(endpoints: readonly Endpoint[], shares: ZoneShares): Hinted {
  if (!shares)
    return {
      problem: "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    };
  const ready = endpoints.filter(({ conditions }) => conditions?.ready);
  const counts = `(${ready.length} endpoints, ${shares.size} zones)`;
  if (shares.size > ready.length) return { problem: `Insufficient number of endpoints ${counts}` };
  const targets = targetsOf(ready.length, shares);
  if (!targets)
    return {
      problem: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`,
    };
  if (ready.some(({ zone }) => !zone)) return { problem: "One or more endpoints do not have a zone specified" };
  const loans = loansOf(ready, targets);
  const lent = endpoints.map((endpoint) => {
    if (!endpoint.conditions?.ready || !endpoint.zone) return endpoint;
    const zone = loans.get(endpoint.zone)?.shift() ?? endpoint.zone;
    return { ...endpoint, hints: { forZones: [{ name: zone }] } };
  });
  return { endpoints: lent };
}

/** How many endpoints each zone should have; undefined if not even the minimum for each is available. */
function targetsOf(count: number, shares: ReadonlyMap<string, number>): ReadonlyMap<string, number> | undefined {
  const targets = new Map<string, number>();
  let left = count;
  for (const [zone, share] of shares) {
    const least = Math.ceil((share * count) / (1 + OVERLOAD));
    left -= least;
    if (left < 0) return undefined;
    targets.set(zone, Math.max(share * count, least));
  }
  return targets;
}

/** By lending zone, the zones to which it lends one endpoint each. */
function loansOf(ready: readonly Endpoint[], targets: ReadonlyMap<string, number>): ReadonlyMap<string, string[]> {
  const have = new Map<string, number>();
  for (const { zone = "" } of ready) have.set(zone, (have.get(zone) ?? 0) + 1);
  const surplus = new Map([...targets].map(([zone, target]) => [zone, (have.get(zone) ?? 0) - target]));
  const loans = new Map<string, string[]>();
  for (;;) {
    const [lender, spare] = extreme(surplus, 1);
    const [borrower, lack] = extreme(surplus, -1);
    // Not worth it for less than half an endpoint, or if both sides end up with less than one.
    if (lender === borrower || spare < 0.5 || lack < 0.5 || (spare < 1 && lack < 1)) return loans;
    surplus.set(lender, spare - 1);
    surplus.set(borrower, 1 - lack);
    loans.set(lender, [...(loans.get(lender) ?? []), borrower]);
  }
}

/** The zone with the largest surplus (1) or deficit (-1), and its amount. */
function extreme(surplus: ReadonlyMap<string, number>, sign: 1 | -1): readonly [zone: string, by: number] {
  let most: readonly [string, number] = ["", Number.NEGATIVE_INFINITY];
  for (const [zone, count] of surplus) if (sign * count > most[1]) most = [zone, sign * count];
  return most;
}
