/**
 * Cluster IPs and node ports of Services. An allocation is the creation of the key that represents it (an IPAddress, or
 * an internal node port) in the Service's own commit, so that no race can hand one out twice
 * (registry/core/service/storage/alloc.go).
 */
import type { Service } from "../../../../api/generated/core.v1.ts";
import type { IPFamily } from "../../../../api/machinery/network/ip.ts";
import { isHeadless, needsClusterIp } from "../../../../api/resources/core/service/service-defaults.ts";
import type { Write } from "../../../../api/store/store.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { defineResourcePlugin } from "../../resource-plugin.ts";
import { addressKey, addressWrite, checkAddress, pickAddress, refuseAddress } from "./cluster-ip.ts";
import {
  nodePortKey,
  nodePortWrite,
  pickNodePorts,
  refuseNodePort,
  requireHealthCheckPort,
  usedNodePorts,
} from "./node-port.ts";
import { OWN_RANGE } from "./service-range.ts";

export const serviceAddresses = defineResourcePlugin({
  name: "ServiceAddresses",
  resources: ["services"],
  handles: ["CREATE", "UPDATE", "DELETE"],

  reads: ({ operation }) => (operation === "CREATE" ? [OWN_RANGE] : []),

  async assign(request) {
    const { object: next, old } = request;
    if (!next) return;
    await takeAddresses(request, next, old);
    await takeNodePorts(request, next, old);
  },

  async allocate(request) {
    const { object: next, old } = request;
    if (old) await release(request, old, next);
  },

  explain(request, failed) {
    if (failed.op !== "create" || request.object === undefined) return;
    refuseAddress(request, request.object, failed.key);
    refuseNodePort(request, request.object, failed.key);
  },
});

const addressesOf = ({ spec }: Service): readonly string[] =>
  !needsClusterIp(spec) || isHeadless(spec) || !spec.clusterIP ? [] : (spec.clusterIPs ?? [spec.clusterIP]);

/** One address of each of the Service's families, in order. */
async function takeAddresses(request: AdmissionRequest, next: Service, old: Service | undefined): Promise<void> {
  const { spec } = next;
  if (!needsClusterIp(spec) || isHeadless(spec)) return;
  const held = old ? addressesOf(old) : [];
  const chosen = spec.clusterIP ? (spec.clusterIPs ?? [spec.clusterIP]) : [];
  const families = (spec.ipFamilies ?? ["IPv4"]) as readonly IPFamily[];
  const addresses: string[] = [];
  for (const [i, family] of families.entries()) {
    const wanted = chosen[i];
    if (wanted !== undefined && !held.includes(wanted)) await checkAddress(request, next, wanted);
    const address = wanted ?? (await pickAddress(family, request));
    if (address === undefined) continue;
    if (wanted === undefined) request.drawn.add(address);
    if (!held.includes(address)) request.writes.push(addressWrite(request, address));
    addresses.push(address);
  }
  spec.clusterIPs = addresses;
  const [first] = addresses;
  if (first !== undefined) spec.clusterIP = first;
}

/** A dry run takes no ports, and so looks itself whether those that the client chose are free. */
async function takeNodePorts(request: AdmissionRequest, next: Service, old: Service | undefined): Promise<void> {
  const { context, drawn, dryRun, writes } = request;
  requireHealthCheckPort(next, old, dryRun);
  const ports = await pickNodePorts(next, old, request);
  for (const port of ports) writes.push(nodePortWrite(request, port));
  const chosen = ports.filter((port) => !drawn.has(String(port)));
  if (!dryRun || chosen.length === 0) return;
  const taken = (await context.store.readMany(chosen.map(nodePortKey))).find((entry) => entry !== undefined);
  if (taken) refuseNodePort(request, next, taken.key);
}

/** Releases what the Service had and no longer has. Keys that were deleted by hand need no release. */
async function release(request: AdmissionRequest, old: Service, next: Service | undefined): Promise<void> {
  const usedAddresses = next ? addressesOf(next) : [];
  const usedPorts = new Set(next ? usedNodePorts(next) : []);
  const keys = [
    ...addressesOf(old)
      .filter((address) => !usedAddresses.includes(address))
      .map(addressKey),
    ...usedNodePorts(old)
      .filter((port) => !usedPorts.has(port))
      .map(nodePortKey),
  ];
  if (keys.length === 0) return;
  const entries = await request.context.store.readMany(keys);
  const releases = entries.flatMap((entry): Write[] =>
    entry ? [{ op: "delete", key: entry.key, ifRevision: entry.revision }] : [],
  );
  request.writes.push(...releases);
}
