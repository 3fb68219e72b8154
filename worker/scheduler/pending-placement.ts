/**
 * A pod that waits on its node until its volumes are made and its devices bound, both at the same time. It has passed
 * all filters before, and goes there once they are, whatever has become of the node, as in kube-scheduler: what was made
 * for it can be used nowhere else.
 */
import type { Cluster } from "./cluster/cluster.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import { type Freed, freedOf, type HeldDevices, heldDevicesOf, readinessOfAll } from "./devices/held-devices.ts";
import { podDevicesOf } from "./devices/pod-devices.ts";
import { volumesFor } from "./pending-volumes.ts";
import { dynamicResources } from "./plugins/dynamic-resources.ts";
import { volumeBinding } from "./plugins/volume-binding.ts";

/** The node on which the pod is expected, and until when (ms) its volumes are waited for. */
export interface ExpectedNode {
  readonly node: NodeInfo;
  readonly until: number;
}

export type PendingPlacement =
  | { readonly kind: "ready"; readonly node: NodeInfo }
  | {
      readonly kind: "wait";
      readonly node: NodeInfo;
      readonly plugins: ReadonlySet<string>;
      readonly until?: number;
    }
  /** An event says why the pod does not go to the node that was meant for it. */
  | { readonly kind: "failed"; readonly plugin: string; readonly why: string; readonly freed: readonly Freed[] };

/** Undefined if no node is meant for the pod, or it has to be chosen again. */
export function pendingPlacementOf(
  pod: PendingPod,
  cluster: Cluster,
  { expected, now }: { readonly expected?: ExpectedNode | undefined; readonly now: number },
): PendingPlacement | undefined {
  const { nominatedNodeName } = pod.pod.status;
  const meant = expected && cluster.node(expected.node.name) === expected.node ? expected : undefined;
  const node = meant?.node ?? (nominatedNodeName ? cluster.node(nominatedNodeName) : undefined);
  const wanted = node && podDevicesOf(pod, cluster);
  const held = wanted && heldDevicesOf(pod, wanted, node);
  // A scheduler that was restarted knows a node that is meant for a pod by the devices that it holds there.
  if (!held || (!meant && held.claims.length === 0)) return undefined;
  const volumes = volumesFor(pod, node, cluster);
  if (!meant && !held.mustBind && volumes !== "pending") return undefined;
  return progressOf(held, volumes, { node, now, ...(meant && { until: meant.until }) });
}

function progressOf(
  held: HeldDevices,
  volumes: ReturnType<typeof volumesFor>,
  { node, until, now }: { readonly node: NodeInfo; readonly until?: number; readonly now: number },
): PendingPlacement | undefined {
  const failed = (plugin: string, why: string): PendingPlacement => ({
    kind: "failed",
    plugin,
    why,
    freed: freedOf(held),
  });
  const devices = readinessOfAll(held, now);
  if (devices.kind === "failed") return failed(dynamicResources.name, devices.why);
  if (volumes === undefined) return undefined;
  if (typeof volumes === "object") return failed(volumeBinding.name, `binding volumes: ${volumes.failed}`);
  if (volumes === "pending" && until !== undefined && until <= now)
    return failed(volumeBinding.name, "binding volumes: context deadline exceeded");
  const plugins = new Set<string>();
  const ends: number[] = [];
  if (volumes === "pending") {
    plugins.add(volumeBinding.name);
    if (until !== undefined) ends.push(until);
  }
  if (devices.kind === "pending") {
    plugins.add(dynamicResources.name);
    ends.push(devices.until);
  }
  if (plugins.size === 0) return { kind: "ready", node };
  return { kind: "wait", node, plugins, ...(ends.length > 0 && { until: Math.min(...ends) }) };
}
