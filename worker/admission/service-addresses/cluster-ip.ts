/** Cluster IPs: a range for each family, of which the lower part is left to addresses that users choose themselves. */
import ipaddr from "ipaddr.js";
import type { Service } from "../../../api/generated/core.v1.ts";
import type { IPAddress } from "../../../api/generated/networking.v1.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { familyOf, type IPFamily, plainIP } from "../../../api/machinery/ip.ts";
import { textWithoutRevision } from "../../../api/machinery/object-text.ts";
import { invalid } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time.ts";
import type { Key, Write } from "../../../api/store.ts";
import { ApiError } from "../../api-error.ts";
import { clusterRanges, rangeOf } from "../../network.ts";
import type { AdmissionRequest } from "../plugin.ts";

const RESOURCE = "ipaddresses.networking.k8s.io";
/** Kubernetes' static band: a sixteenth of the range, at least 16 and at most 256 addresses. */
const staticBand = (size: number): number => Math.min(Math.max(16, size / 16), 256);

interface Range {
  readonly text: string;
  /** Its first address, as a number. */
  readonly first: bigint;
  readonly size: number;
}

function rangeFor(family: IPFamily, { context }: AdmissionRequest): Range | undefined {
  const text = rangeOf(family, clusterRanges(context.env).services);
  if (text === undefined) return undefined;
  const [network = "", bits = "0"] = text.split("/");
  return { text, first: numberOf(network), size: 2 ** ((family === "IPv4" ? 32 : 128) - Number(bits)) };
}

/** However a user has written it, an address is one. */
export const addressKey = (address: string): Key => ({ resource: RESOURCE, namespace: "", name: plainIP(address) });

/** A random address of the dynamic band; that it is free is for the commit to say. Undefined: no range of this family. */
export function pickAddress(family: IPFamily, request: AdmissionRequest): string | undefined {
  const range = rangeFor(family, request);
  if (range === undefined) return undefined;
  const band = staticBand(range.size);
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  // The last address of a range of IPv4 is its broadcast address.
  return addressAt(range.first + BigInt(band + (random % (range.size - band - 1))), family);
}

/** Throws 422 for an address that the user chose outside the range. */
export function checkAddress(request: AdmissionRequest, { spec, metadata }: Service, address: string): void {
  const range = rangeFor(familyOf(address), request);
  const at = range === undefined ? -1 : Number(numberOf(address) - range.first);
  if (range !== undefined && at > 0 && at < range.size - 1) return;
  // The network's own address and its broadcast address are in the network, but not to be had.
  const isEdge = range !== undefined && (at === 0 || at === range.size - 1);
  const why = isEdge
    ? `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range.text}`
    : "the provided network does not match the current range";
  throw refusal(request.context.served.resource.kind, metadata.name ?? "", { spec, address, why });
}

export function addressWrite({ context, namespace, object }: AdmissionRequest, address: string): Write {
  const ipAddress: IPAddress = {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: plainIP(address),
      uid: crypto.randomUUID(),
      creationTimestamp: timestamp(context.now),
      generation: 1,
      labels: {
        "ipaddress.kubernetes.io/ip-family": familyOf(address),
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

const numberOf = (address: string): bigint =>
  ipaddr
    .parse(plainIP(address))
    .toByteArray()
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

function addressAt(number: bigint, family: IPFamily): string {
  const length = family === "IPv4" ? 4 : 16;
  const bytes = Array.from({ length }, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 255n));
  return family === "IPv4" ? bytes.join(".") : (ipaddr.fromByteArray(bytes) as ipaddr.IPv6).toRFC5952String();
}
