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
  readonly ready: Map<string, boolean>;
}

export function repackedSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const known = new Map<string, EndpointAddress>();
  const offers = new Map<string, Offered>();
  for (const { ports = [], addresses = [], notReadyAddresses = [] } of subsets) {
    for (const port of ports.length > 0 ? ports : [undefined]) {
      const key = JSON.stringify([port?.name, port?.port, port?.protocol, port?.appProtocol]);
      const { ready } = offers.get(key) ?? { ready: new Map<string, boolean>() };
      offers.set(key, { port, ready });
      for (const address of addresses) note(address, true, { known, ready });
      for (const address of notReadyAddresses) note(address, false, { known, ready });
    }
  }
  const packed = new Map<string, { ports: EndpointPort[]; ready: Map<string, boolean> }>();
  for (const { port, ready } of offers.values()) {
    const key = JSON.stringify([...ready].sort(([a], [b]) => (a < b ? -1 : 1)));
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

/** Entries that share an address are distinct if they refer to different objects. */
function note(
  address: EndpointAddress,
  isReady: boolean,
  { known, ready }: { readonly known: Map<string, EndpointAddress>; readonly ready: Map<string, boolean> },
): void {
  const key = `${address.ip} ${address.targetRef?.uid ?? ""}`;
  if (!known.has(key)) known.set(key, address);
  ready.set(key, isReady && ready.get(key) !== false);
}
