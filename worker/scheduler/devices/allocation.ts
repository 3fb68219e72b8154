/** A claim's devices as its status tells them. */
import type { NodeSelectorTerm } from "../../../api/generated/core.v1.ts";
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceClass,
  DeviceToleration,
  ResourceClaim,
} from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { formatQuantity } from "../../../api/machinery/quantity.ts";
import type { Consumption } from "./capacity.ts";
import type { Offer } from "./pools.ts";

/** One device for one request; `request` is `NAME`, or `NAME/SUBREQUEST`. */
export interface Choice {
  readonly request: string;
  readonly deviceClass: Stored<DeviceClass>;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[];
  readonly offer: Offer;
  /** Of a device that several may have. */
  readonly share?: Consumption;
}

/** The id of a share that is not written yet. */
export const UNIDENTIFIED = "";

export function allocationOf({ spec }: ResourceClaim, choices: readonly Choice[]): AllocationResult {
  const results = choices.map(({ request, adminAccess, tolerations, share, offer: { driver, pool, device } }) => ({
    request,
    driver,
    pool: pool.name,
    device: device.name,
    ...(adminAccess && { adminAccess }),
    ...(tolerations.length > 0 && { tolerations: [...tolerations] }),
    ...(device.bindingConditions?.length && { bindingConditions: device.bindingConditions }),
    ...(device.bindingFailureConditions?.length && { bindingFailureConditions: device.bindingFailureConditions }),
    // Its share gets its id when it is written.
    ...(share && { shareID: UNIDENTIFIED, ...(share.size > 0 && { consumedCapacity: amountsOf(share) }) }),
  }));
  const requests = new Map(choices.map(({ request, deviceClass }) => [request, deviceClass]));
  const config: DeviceAllocationConfiguration[] = [...requests].flatMap(([request, { spec: ofClass }]) =>
    (ofClass.config ?? []).map((each) => ({ source: "FromClass", requests: [request], ...each })),
  );
  for (const each of spec.devices?.config ?? []) {
    const meant = each.requests ?? [];
    if (meant.length === 0 || [...requests.keys()].some((request) => isMeant(request, meant)))
      config.push({ source: "FromClaim", ...each });
  }
  const nodeSelectorTerm = nodesOf(choices);
  return {
    devices: { results, ...(config.length > 0 && { config }) },
    ...(nodeSelectorTerm && { nodeSelector: { nodeSelectorTerms: [nodeSelectorTerm] } }),
  };
}

const amountsOf = (share: Consumption) =>
  Object.fromEntries([...share].map(([name, amount]) => [name, formatQuantity(amount)]));

/** Names of requests mean their subrequests too. */
export const isMeant = (request: string, names: readonly string[]): boolean =>
  names.includes(request) || names.includes(request.split("/")[0] ?? "");

/** Where all of the devices can be used; undefined: everywhere. */
function nodesOf(choices: readonly Choice[]): NodeSelectorTerm | undefined {
  const matchExpressions: NonNullable<NodeSelectorTerm["matchExpressions"]> = [];
  const matchFields: NonNullable<NodeSelectorTerm["matchFields"]> = [];
  for (const { offer } of choices) {
    if (offer.nodeName !== undefined)
      return { matchFields: [{ key: "metadata.name", operator: "In", values: [offer.nodeName] }] };
    // A slice's selector has one term.
    const [term] = offer.nodeSelector?.nodeSelectorTerms ?? [];
    for (const each of term?.matchExpressions ?? []) addOnce(matchExpressions, each);
    for (const each of term?.matchFields ?? []) addOnce(matchFields, each);
  }
  if (matchExpressions.length + matchFields.length === 0) return undefined;
  return {
    ...(matchExpressions.length > 0 && { matchExpressions }),
    ...(matchFields.length > 0 && { matchFields }),
  };
}

function addOnce<T>(all: T[], one: T): void {
  if (!all.some((each) => JSON.stringify(each) === JSON.stringify(one))) all.push(one);
}
