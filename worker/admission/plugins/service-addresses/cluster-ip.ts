/** Cluster IPs. Each family has a range, whose lower part is reserved for addresses that users choose. */
import type { Service } from "../../../../api/generated/core.v1.ts";
import type { IPAddress, ServiceCIDR } from "../../../../api/generated/networking.v1.ts";
import { invalid as invalidField } from "../../../../api/machinery/field-error.ts";
import { textWithoutRevision } from "../../../../api/machinery/json/object-text.ts";
import { familyOf, type IPFamily, plainIP } from "../../../../api/machinery/network/ip.ts";
import { internalError, invalid } from "../../../../api/machinery/status.ts";
import { timestamp } from "../../../../api/machinery/time/time.ts";
import { addressOwners } from "../../../../api/resources/networking/address-owners.ts";
import type { Key, Write } from "../../../../api/store/store.ts";
import { ApiError } from "../../../api-error.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { freeAddress } from "./free-address.ts";
import { addedRanges, contains, OWN_RANGE, ownRange } from "./service-range.ts";

const RESOURCE = "ipaddresses.networking.k8s.io";
/** One key per address, however it is written. */
export const addressKey = (address: string): Key => ({ resource: RESOURCE, namespace: "", name: plainIP(address) });

/**
 * Picks a random address; the commit decides whether it is free. Undefined: the cluster has none of this family. While
 * the cluster's own range is being deleted, addresses come from the ranges that replace it, which may be small: throws
 * if none is free.
 */
export async function pickAddress(family: IPFamily, request: AdmissionRequest): Promise<string | undefined> {
  const own = ownRange(family, request.context);
  if (own === undefined) return undefined;
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const stays = (await request.reads.object<ServiceCIDR>(OWN_RANGE))?.metadata.deletionTimestamp === undefined;
  if (stays) return freeAddress(own, new Set(), random);
  const { context, object } = request;
  const [added, { items }] = await Promise.all([addedRanges(context), context.store.list({ resource: RESOURCE })]);
  const taken = new Set(items.map(({ key }) => key.name));
  for (const range of added.filter((each) => each.family === family)) {
    const address = freeAddress(range, taken, random);
    if (address !== undefined) return address;
  }
  const why = `failed to allocate a serviceIP for Service "${object?.metadata.name ?? ""}": range is full`;
  throw new ApiError(internalError(why));
}

/** Throws 422 for a user-chosen address outside the ranges. */
export async function checkAddress(request: AdmissionRequest, service: Service, address: string): Promise<void> {
  const own = ownRange(familyOf(address), request.context);
  if (own && contains(own, address)) return;
  if ((await addedRanges(request.context)).some((range) => contains(range, address))) return;
  const why = "the provided network does not match the current range";
  const { spec, metadata } = service;
  throw refusal(request.context.served.resource.kind, metadata.name ?? "", { spec, address, why });
}

export function addressWrite({ context, namespace, object }: AdmissionRequest, address: string): Write {
  const now = timestamp(context.now);
  const ipAddress: IPAddress = {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: plainIP(address),
      uid: crypto.randomUUID(),
      creationTimestamp: now,
      labels: {
        "ipaddress.kubernetes.io/ip-family": familyOf(address),
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
      },
      managedFields: addressOwners(now),
    },
    spec: { parentRef: { group: "", resource: "services", namespace, name: object?.metadata.name ?? "" } },
  };
  const fields = { "spec.parentRef.name": object?.metadata.name ?? "" };
  return {
    op: "create",
    key: addressKey(address),
    text: textWithoutRevision(ipAddress),
    attributes: { labels: ipAddress.metadata.labels ?? {}, fields },
  };
}

/** Throws for a user-chosen address that is taken; a random one is drawn again. */
export function refuseAddress({ context, drawn }: AdmissionRequest, { spec, metadata }: Service, key: Key): void {
  if (key.resource !== RESOURCE || drawn.has(key.name)) return;
  const why = "provided IP is already allocated";
  throw refusal(context.served.resource.kind, metadata.name ?? "", { spec, address: key.name, why });
}

interface Refusal {
  readonly spec: Service["spec"];
  readonly address: string;
  readonly why: string;
}

function refusal(kind: string, name: string, { spec, address, why }: Refusal): ApiError {
  const text = `failed to allocate IP ${address}: ${why}`;
  return new ApiError(invalid("", kind, name, [invalidField("spec.clusterIPs", spec.clusterIPs ?? [address], text)]));
}
