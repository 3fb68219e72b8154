/**
 * Manually written Endpoints in the canonical form that Kubernetes reads them in: each address once, with the ports
 * that the same addresses offer grouped together. An address that is ready in one subset and not in another is not
 * ready.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset } from "../../../api/generated/core.v1.ts";
import { byIpAndUid, inOrderOfHashes } from "./subset-order.ts";

interface Offered {
  /** Undefined represents addresses without ports. */
  readonly port: EndpointPort | undefined;
  /** The places of the subsets that list it. */
  readonly from: number[];
}

export function repackedSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const known = new Map<string, EndpointAddress>();
  for (const { addresses = [], notReadyAddresses = [] } of subsets)
    for (const address of [...addresses, ...notReadyAddresses])
      if (!known.has(identity(address))) known.set(identity(address), address);
  const packed = new Map<string, { ports: EndpointPort[]; ready: ReadonlyMap<string, boolean> }>();
  // Ports of the same subsets have the same addresses, which are read once for all of them.
  const offeredFrom = new Map<string, { ready: ReadonlyMap<string, boolean>; key: string }>();
  for (const { port, from } of portsOf(subsets)) {
    const places = from.join();
    let offered = offeredFrom.get(places);
    if (!offered) {
      const ready = readiness(from.flatMap((at) => subsets[at] ?? []));
      offered = { ready, key: JSON.stringify([...ready].sort(([a], [b]) => (a < b ? -1 : 1))) };
      offeredFrom.set(places, offered);
    }
    const { ready, key } = offered;
    const pack = packed.get(key) ?? { ports: [], ready };
    packed.set(key, pack);
    if (port) pack.ports.push(port);
  }
  return inOrderOfHashes(
    [...packed.values()].map(({ ports, ready }) => {
      const listed = (wanted: boolean) =>
        [...known].flatMap(([key, address]) => (ready.get(key) === wanted ? [address] : [])).sort(byIpAndUid);
      const [addresses, notReadyAddresses] = [listed(true), listed(false)];
      return {
        ...(addresses.length > 0 ? { addresses } : {}),
        ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
        ...(ports.length > 0 ? { ports } : {}),
      };
    }),
  );
}

function portsOf(subsets: readonly EndpointSubset[]): Iterable<Offered> {
  const offers = new Map<string, Offered>();
  subsets.forEach(({ ports = [] }, at) => {
    for (const port of ports.length > 0 ? ports : [undefined]) {
      const key = JSON.stringify([port?.name, port?.port, port?.protocol, port?.appProtocol]);
      const from = offers.get(key)?.from ?? [];
      if (from.at(-1) !== at) from.push(at);
      offers.set(key, { port, from });
    }
  });
  return offers.values();
}

/** Entries that share an address are distinct if they refer to different objects. */
const identity = ({ ip, targetRef }: EndpointAddress) => `${ip} ${targetRef?.uid ?? ""}`;

/** By identity. */
function readiness(subsets: readonly EndpointSubset[]): ReadonlyMap<string, boolean> {
  const ready = new Map<string, boolean>();
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    for (const address of addresses) ready.set(identity(address), ready.get(identity(address)) !== false);
    for (const address of notReadyAddresses) ready.set(identity(address), false);
  }
  return ready;
}
