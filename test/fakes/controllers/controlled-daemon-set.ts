/** A DaemonSet on a fake cluster, under its controller. */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Node } from "../../../api/generated/core.v1.ts";
import { daemonSetController } from "../../../worker/controllers/daemonset/daemonset.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";

export const start = () => controlledCluster([daemonSetController]);
export const node = (name: string, spec: Node["spec"] = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { pool: "a" } },
  spec,
  status: {},
});
export const generation = (count: string) => ({ "deprecated.daemonset.template.generation": count });
export const dm = (spec: Partial<DaemonSet["spec"]> = {}): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "dm", namespace: "ns", annotations: generation("1") },
  spec: {
    selector: { matchLabels: { app: "dm" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    template: {
      metadata: { labels: { app: "dm" } },
      spec: { nodeSelector: { pool: "a" }, containers: [{ name: "c", image: "pause:1" }] },
    },
    ...spec,
  },
  status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
});
export const pods = ({ cluster }: ControlledCluster) => cluster.list("pods");
export const status = ({ cluster }: ControlledCluster) => cluster.get("daemonsets.apps", "ns", "dm")?.status;
