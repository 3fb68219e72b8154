/** Which Service has which port of an address that several share. */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { itemKey } from "../item-key.ts";

/** Such as `80/TCP`. */
export type Port = string;

/**
 * Ports of the machine itself, its node and its control plane. A Service that took them would lock out the
 * administrator.
 */
const RESERVED: ReadonlySet<Port> = new Set(["22/TCP", "6443/TCP", "8472/UDP", "10250/TCP", "10256/TCP"]);

const portsOf = ({ spec }: Service): readonly Port[] =>
  (spec.ports ?? []).map(({ port, protocol = "TCP" }) => `${port}/${protocol}`);

/**
 * A Service has all of its ports or none: current holders keep theirs, then the oldest Service wins. Nobody gets
 * reserved ports.
 */
export function holdersOfPorts(
  services: readonly Stored<Service>[],
  holds: (service: Service) => boolean,
): ReadonlyMap<Port, string> {
  const holders = new Map<Port, string>();
  const byAge = services.toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  for (const service of [...byAge.filter(holds), ...byAge.filter((each) => !holds(each))]) {
    const ports = portsOf(service);
    if (ports.some((port) => holders.has(port) || RESERVED.has(port))) continue;
    for (const port of ports) holders.set(port, itemKey(service));
  }
  return holders;
}

const ageOf = (service: Stored<Service>): string => `${service.metadata.creationTimestamp} ${itemKey(service)}`;

/** Why a Service does not have its ports; undefined: it has them. */
export function portConflict(service: Stored<Service>, holders: ReadonlyMap<Port, string>) {
  for (const port of portsOf(service)) {
    if (RESERVED.has(port)) return { reason: "PortReserved", message: `${port} is the nodes' own` };
    const holder = holders.get(port);
    if (holder !== undefined && holder !== itemKey(service))
      return { reason: "PortInUse", message: `Service ${holder} has ${port} of the nodes` };
  }
  return undefined;
}

export const isPortConflict = (reason: string): boolean => reason === "PortReserved" || reason === "PortInUse";
