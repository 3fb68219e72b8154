/** A Deployment called `web`, under its controller and that of replica sets. */
import type { Deployment } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { deploymentController } from "../../../worker/controllers/deployment/deployment.ts";
import { replicaSetController } from "../../../worker/controllers/replicaset/replicaset.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";

export const start = () => controlledCluster([deploymentController, replicaSetController]);

export const web = (spec: Partial<Deployment["spec"]> = {}, image = "pause:1"): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "ns" },
  spec: {
    replicas: 2,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image }] } },
    ...spec,
  },
  status: {},
});

export const deployment = ({ cluster }: ControlledCluster) => {
  const found = cluster.get("deployments.apps", "ns", "web");
  if (!found) throw new Error("no deployment");
  return found;
};
export const pods = ({ cluster }: ControlledCluster) => cluster.list("pods");
export const sets = ({ cluster }: ControlledCluster) => cluster.list("replicasets.apps");
export const condition = (at: ControlledCluster, type: string) =>
  deployment(at).status.conditions?.find((each) => each.type === type);
export const events = ({ cluster }: ControlledCluster) =>
  cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`.replace(/web-[a-z0-9]+/g, "web-HASH"));

export function makeReady({ cluster }: ControlledCluster, chosen: readonly Pod[]): void {
  for (const pod of chosen)
    cluster.change("pods", "ns", pod.metadata.name ?? "", (draft) => {
      draft.status = {
        phase: "Running",
        conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }],
      };
    });
}
