/** Cluster IPs: one range, of which the lower part is left to addresses that users choose themselves. */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress } from "../../../api/generated/networking.v1.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { textWithoutRevision } from "../../../api/machinery/object-text.ts";
import { invalid } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time.ts";
import type { Key, Write } from "../../../api/store.ts";
import { ApiError } from "../../api-error.ts";
import { SERVICE_CIDR } from "../../network.ts";
import type { AdmissionRequest } from "../plugin.ts";

const RESOURCE = "ipaddresses.networking.k8s.io";
const [network = "", bits = "0"] = SERVICE_CIDR.split("/");
const FIRST = toNumber(network);
const SIZE = 2 ** (32 - Number(bits));
/** Kubernetes' static band: a sixteenth of the range, at least 16 and at most 256 addresses. */
const STATIC = Math.min(Math.max(16, SIZE / 16), 256);

export const addressKey = (address: string): Key => ({ resource: RESOURCE, namespace: "", name: address });

/** A random address of the dynamic band; that it is free is for the commit to say. */
export function pickAddress(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  // The last address of the range is its broadcast address.
  return toText(FIRST + STATIC + (random % (SIZE - STATIC - 1)));
}

/** Throws 422 for an address that the user chose outside the range. */
export function checkAddress({ context }: AdmissionRequest, { spec, metadata }: Service): void {
  const at = toNumber(spec.clusterIP ?? "") - FIRST;
  if (at > 0 && at < SIZE - 1) return;
  // The network's own address and its broadcast address are in the network, but not to be had.
  const isEdge = at === 0 || at === SIZE - 1;
  const range = isEdge
    ? `the provided IP (${spec.clusterIP}) is not in the valid range. The range of valid IPs is ${SERVICE_CIDR}`
    : "the provided network does not match the current range";
  throw refusal(context.served.resource.kind, metadata.name ?? "", spec, range);
}

export function addressWrite({ context, namespace, object }: AdmissionRequest, address: string): Write {
  const ipAddress: IPAddress = {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: address,
      uid: crypto.randomUUID(),
      creationTimestamp: timestamp(context.now),
      generation: 1,
      labels: {
        "ipaddress.kubernetes.io/ip-family": "IPv4",
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
      },
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

/** Throws for a taken address that the user chose; a random one is drawn again. */
export function refuseAddress({ context, drawn }: AdmissionRequest, { spec, metadata }: Service, key: Key): void {
  if (key.resource !== RESOURCE || drawn.has(key.name)) return;
  throw refusal(context.served.resource.kind, metadata.name ?? "", spec, "provided IP is already allocated");
}

function refusal(kind: string, name: string, { clusterIP = "" }: Service["spec"], why: string): ApiError {
  const text = `failed to allocate IP ${clusterIP}: ${why}`;
  return new ApiError(invalid("", kind, name, [invalidField("spec.clusterIPs", [clusterIP], text)]));
}

function toNumber(address: string): number {
  const parts = address.split(".");
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : Number.NaN;
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
