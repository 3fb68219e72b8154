/**
 * Cluster IPs and node ports of Services. An allocation is the creation of the key that stands for it (an IPAddress, or a
 * node port of our own) in the Service's own commit, so that no race can hand one out twice
 * (registry/core/service/storage/alloc.go).
 */
import type { Service } from "../../../api/generated/core.v1.ts";
import { isHeadless, needsClusterIp } from "../../../api/resources/core/service-defaults.ts";
import type { Write } from "../../../api/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { addressKey, addressWrite, checkAddress, pickAddress, refuseAddress } from "./cluster-ip.ts";
import { nodePortKey, nodePortWrite, pickNodePorts, refuseNodePort, usedNodePorts } from "./node-port.ts";

export const serviceAddresses: AdmissionPlugin = {
  name: "ServiceAddresses",
  handles: ({ context, subresource }) =>
    context.served.resource.plural === "services" && context.served.resource.group === "" && subresource === "",

  async allocate(request) {
    const next = request.object as unknown as Service | undefined;
    const old = request.old as unknown as Service | undefined;
    if (next) {
      takeAddress(request, next, old);
      takeNodePorts(request, next, old);
    }
    if (old) await release(request, old, next);
  },

  explain(request, failed) {
    if (failed.op !== "create") return;
    const service = request.object as unknown as Service;
    refuseAddress(request, service, failed.key);
    refuseNodePort(request, service, failed.key);
  },
};

const addressOf = ({ spec }: Service) =>
  needsClusterIp(spec) && !isHeadless(spec) && spec.clusterIP !== "" ? spec.clusterIP : undefined;

function takeAddress(request: AdmissionRequest, next: Service, old: Service | undefined): void {
  const { spec } = next;
  if (!needsClusterIp(spec) || isHeadless(spec)) return;
  if (!spec.clusterIP) {
    spec.clusterIP = pickAddress();
    request.drawn.add(spec.clusterIP);
    spec.clusterIPs = [spec.clusterIP];
  } else if (old && addressOf(old) === spec.clusterIP) return;
  else checkAddress(request, next);
  request.writes.push(addressWrite(request, spec.clusterIP));
}

function takeNodePorts(request: AdmissionRequest, next: Service, old: Service | undefined): void {
  const held = new Set(old ? usedNodePorts(old) : []);
  for (const port of pickNodePorts(next, held, request.drawn)) request.writes.push(nodePortWrite(request, port));
}

/** What the Service had and no longer has. Keys that somebody has removed by hand are nothing to release. */
async function release(request: AdmissionRequest, old: Service, next: Service | undefined): Promise<void> {
  const keptAddress = next ? addressOf(next) : undefined;
  const keptPorts = new Set(next ? usedNodePorts(next) : []);
  const address = addressOf(old);
  const keys = [
    ...(address !== undefined && address !== keptAddress ? [addressKey(address)] : []),
    ...usedNodePorts(old)
      .filter((port) => !keptPorts.has(port))
      .map(nodePortKey),
  ];
  if (keys.length === 0) return;
  const entries = await request.context.store.readMany(keys);
  const releases = entries.flatMap((entry): Write[] =>
    entry ? [{ op: "delete", key: entry.key, ifRevision: entry.revision }] : [],
  );
  request.writes.push(...releases);
}
