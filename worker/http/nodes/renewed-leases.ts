/**
 * Nodes' Leases as they would be if heartbeats were written (rule LINK-LEASE): the hub knows when each node was last
 * heard from. It is only asked when somebody reads such a Lease.
 */
import type { Lease } from "../../../api/generated/coordination.v1.ts";
import { goJson } from "../../../api/machinery/json/go-json.ts";
import { microTimestamp } from "../../../api/machinery/time/time.ts";
import type { Entry } from "../../../api/store/store.ts";
import type { RequestContext } from "../../request-context.ts";

const NODE_LEASES = "kube-node-lease";

/** Whether the request may be for such a Lease. */
export const mayBeNodeLease = ({ served, path }: Pick<RequestContext, "served" | "path">): boolean =>
  served.group === "coordination.k8s.io" &&
  served.resource.plural === "leases" &&
  (path.namespace === NODE_LEASES || path.namespace === "");

export async function withRenewTimes(
  { env, cluster, now }: Pick<RequestContext, "env" | "cluster" | "now">,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  if (!entries.some(({ key }) => key.namespace === NODE_LEASES)) return entries;
  const seen = await env.NODE_HUB.getByName(cluster).lastSeen();
  return entries.map((entry) => {
    const at = entry.key.namespace === NODE_LEASES ? seen[entry.key.name] : undefined;
    return at === undefined ? entry : renewedAt(entry, Math.min(at, now));
  });
}

/** A node that writes its Lease itself, as kubelets do, may have done so later. */
function renewedAt(entry: Entry, time: number): Entry {
  const lease = JSON.parse(entry.text) as Lease;
  const written = lease.spec?.renewTime;
  if (written === undefined || Date.parse(written) >= time) return entry;
  const renewTime = microTimestamp(time);
  return { ...entry, text: goJson({ ...lease, spec: { ...lease.spec, renewTime } }) };
}
