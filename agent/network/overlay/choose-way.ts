/** How this node sends to the pods of another, depending on the results of the probes of each path. Pure. */

export type Way =
  /** As any router would: both are on one network, which carries pods' addresses. */
  | "route"
  /** In UDP between the nodes' own addresses. */
  | "vxlan"
  /** Through the control plane. */
  | "relay";

/** What probes of one way have shown. */
export interface PathHealth {
  readonly isGood: boolean;
  /** Consecutive probes that contradict it. */
  readonly against: number;
}

/** Until something is known, a way is presumed good. */
export const UNPROBED: PathHealth = { isGood: true, against: 0 };

/** Consecutive: neither one lost datagram nor one that got through is a reason to change. */
const FLIP_AFTER = 3;

export function observe({ isGood, against }: PathHealth, succeeded: boolean): PathHealth {
  if (succeeded === isGood) return { isGood, against: 0 };
  return against + 1 >= FLIP_AFTER ? { isGood: succeeded, against: 0 } : { isGood, against: against + 1 };
}

export interface WayFacts {
  /** Its address is on a network of this machine. */
  readonly isNeighbour: boolean;
  readonly route: PathHealth;
  readonly vxlan: PathHealth;
}

export const chooseWay = ({ isNeighbour, route, vxlan }: WayFacts): Way =>
  isNeighbour && route.isGood ? "route" : vxlan.isGood ? "vxlan" : "relay";
