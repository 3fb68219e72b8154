/** Nodes under the controllers responsible for them. */
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import { nodeEventsController } from "../../../worker/controllers/node/node-events.ts";
import { nodeEvictionController } from "../../../worker/controllers/node/node-eviction.ts";
import { nodeIpamController } from "../../../worker/controllers/node/node-ipam.ts";
import { nodeLifecycleController } from "../../../worker/controllers/node/node-lifecycle.ts";
import { nodeTtlController } from "../../../worker/controllers/node/node-ttl.ts";
import { taintEvictionController } from "../../../worker/controllers/node/taint-eviction.ts";
import { missingNodeController } from "../../../worker/controllers/pod-gc/missing-node.ts";
import { controlledCluster } from "./controlled-cluster.ts";

export const start = () =>
  controlledCluster([
    nodeLifecycleController,
    nodeEvictionController,
    nodeEventsController,
    nodeIpamController,
    nodeTtlController,
    taintEvictionController,
    missingNodeController,
  ]);
export const node = (name: string, ready?: string, labels: Record<string, string> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  spec: {},
  status: ready ? { conditions: [{ type: "Ready", status: ready, lastHeartbeatTime: "2030-01-01T00:00:00Z" }] } : {},
});
export const pod = (name: string, tolerations: Pod["spec"]["tolerations"] = []): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns" },
  spec: { nodeName: "n1", containers: [], tolerations },
  status: { phase: "Running" },
});
export type At = ReturnType<typeof start>;
/** The node renews its lease; its clock is `aheadMs` ahead. */
export function renew({ cluster }: At, name = "n1", aheadMs = 0): void {
  cluster.put("leases.coordination.k8s.io", {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "kube-node-lease" },
    spec: { holderIdentity: name, renewTime: new Date(cluster.now + aheadMs).toISOString() },
  });
}
export const nodeAt = ({ cluster }: At, name = "n1") => cluster.get("nodes", "", name);
export const taints = (at: At) =>
  (nodeAt(at)?.spec.taints ?? []).map(({ key, effect }) => `${key?.split("/")[1]} ${effect}`);
