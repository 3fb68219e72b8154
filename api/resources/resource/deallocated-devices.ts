import type { ResourceClaim } from "../../generated/resource.v1.ts";

interface Place {
  readonly driver?: string;
  readonly pool?: string;
  readonly device?: string;
  readonly shareID?: string;
}

const idOf = ({ driver, pool, device, shareID }: Place) => JSON.stringify([driver, pool, device, shareID ?? ""]);
const allocatedTo = ({ status }: ResourceClaim) => (status?.allocation?.devices?.results ?? []).map(idOf);

/** Reports about devices are dropped with their allocation: a client that deallocates need not know about them. */
export function dropDeallocatedDevices({ status, ...claim }: ResourceClaim, old: ResourceClaim): void {
  if (!status?.devices) return;
  const allocated = new Set(allocatedTo({ ...claim, status }));
  const gone = new Set(allocatedTo(old).filter((id) => !allocated.has(id)));
  const devices = status.devices.filter((each) => !gone.has(idOf(each)));
  if (devices.length > 0) status.devices = devices;
  else delete status.devices;
}
