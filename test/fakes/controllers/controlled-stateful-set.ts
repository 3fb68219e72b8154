/** A StatefulSet called `db`, under its controller. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import { garbageCollector } from "../../../worker/controllers/garbage-collector.ts";
import { statefulSetController } from "../../../worker/controllers/statefulset/statefulset.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";

export const start = () => controlledCluster([statefulSetController, garbageCollector]);
export const db = (spec: Partial<StatefulSet["spec"]> = {}): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db", namespace: "ns" },
  spec: {
    replicas: 2,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "c", image: "pause:1" }] } },
    ...spec,
  },
  status: { replicas: 0 },
});
export const claim = {
  metadata: { name: "data", labels: { v: "w" } },
  spec: { accessModes: ["ReadWriteOnce"] },
  status: {},
};
export const names = ({ cluster }: ControlledCluster) =>
  cluster
    .list("pods")
    .map(({ metadata }) => metadata.name)
    .sort();
export const status = ({ cluster }: ControlledCluster) => cluster.get("statefulsets.apps", "ns", "db")?.status;
export const events = ({ cluster }: ControlledCluster) =>
  cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`);
export const edit = (at: ControlledCluster, change: (draft: StatefulSet) => void) =>
  at.cluster.change("statefulsets.apps", "ns", "db", change);
export const ready = ({ cluster }: ControlledCluster, name: string) =>
  cluster.change("pods", "ns", name, (draft) => {
    draft.status = {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }],
    };
  });
