/** A claim's allocation result, as written to its status. */
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
  /** For a device that can be shared. */
  readonly share?: Consumption;
}

/** The id of a share that is not written yet. */
export const UNIDENTIFIED = "";

export function allocationOf(
  { spec }: Pick<ResourceClaim, "spec">,
  choices: readonly Choice[],
  node: string,
): AllocationResult {
  const results = choices.map(({ request, adminAccess, tolerations, share, offer: { pool, device } }) => ({
    request,
    driver: pool.driver,
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
  const config = [...configOfClasses(requests), ...configOfClaim(spec, [...requests.keys()])];
  const nodeSelectorTerm = nodesOf(choices, node);
  return {
    devices: { results, ...(config.length > 0 && { config }) },
    ...(nodeSelectorTerm && { nodeSelector: { nodeSelectorTerms: [nodeSelectorTerm] } }),
  };
}

/** Once for all requests of the class. */
function configOfClasses(requests: ReadonlyMap<string, Stored<DeviceClass>>): DeviceAllocationConfiguration[] {
  const byClass = new Map<string, { readonly of: Stored<DeviceClass>; readonly requests: string[] }>();
  for (const [request, of] of requests) {
    const known = byClass.get(of.metadata.name);
    if (known) known.requests.push(request);
    else byClass.set(of.metadata.name, { of, requests: [request] });
  }
  return [...byClass.values()].flatMap(({ of, requests }) =>
    (of.spec.config ?? []).map((each) => ({ source: "FromClass", requests, ...each })),
  );
}

/** Once per request that it names, repeated as by kube-scheduler. */
const configOfClaim = ({ devices }: ResourceClaim["spec"], requests: readonly string[]) =>
  (devices?.config ?? []).flatMap((each): DeviceAllocationConfiguration[] => {
    const { requests: named = [] } = each;
    const times = named.length === 0 ? 1 : requests.filter((request) => isMeant(request, named)).length;
    return Array.from({ length: times }, () => ({ source: "FromClaim", ...each }));
  });

const amountsOf = (share: Consumption) =>
  Object.fromEntries([...share].map(([name, amount]) => [name, formatQuantity(amount)]));

/** The name of a request includes its subrequests. */
export const isMeant = (request: string, names: readonly string[]): boolean =>
  names.includes(request) || names.includes(request.split("/")[0] ?? "");

/**
 * Where all of the devices can be used; undefined: everywhere. A device with binding conditions can only be used on
 * this node.
 */
function nodesOf(choices: readonly Choice[], node: string): NodeSelectorTerm | undefined {
  const matchExpressions: NonNullable<NodeSelectorTerm["matchExpressions"]> = [];
  const matchFields: NonNullable<NodeSelectorTerm["matchFields"]> = [];
  for (const { offer } of choices) {
    if (offer.nodeName !== undefined || offer.device.bindsToNode)
      return { matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] };
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

type Requirement = NonNullable<NodeSelectorTerm["matchExpressions"]>[number];

/** The order of a requirement's values is irrelevant. */
function addOnce(all: Requirement[], one: Requirement): void {
  const textOf = ({ key, operator, values = [] }: Requirement) => JSON.stringify([key, operator, values.toSorted()]);
  if (!all.some((each) => textOf(each) === textOf(one))) all.push(one);
}
