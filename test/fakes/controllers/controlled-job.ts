/** A Job called `j`, under its controllers. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { jobController } from "../../../worker/controllers/job/job.ts";
import { jobOrphanController } from "../../../worker/controllers/job/orphan-pods.ts";
import { type ControlledCluster, controlledCluster, type Disorder } from "./controlled-cluster.ts";

export const start = (disorder?: Disorder) => controlledCluster([jobController, jobOrphanController], disorder);

export const newJob = (spec: Partial<Job["spec"]> = {}): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "j", namespace: "ns" },
  spec: {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    selector: { matchLabels: { job: "j" } },
    template: {
      metadata: { labels: { job: "j" } },
      spec: { restartPolicy: "Never", containers: [{ name: "c", image: "pause:1" }] },
    },
    ...spec,
  },
  status: {},
});

export const job = ({ cluster }: ControlledCluster) => {
  const found = cluster.get("jobs.batch", "ns", "j");
  if (!found) throw new Error("no job");
  return found;
};
export const pods = ({ cluster }: ControlledCluster) => cluster.list("pods");
/** `finishedAt`: when its container ended, which kubelets report. */
export const end = ({ cluster }: ControlledCluster, pod: Pod, phase: string, exitCode = 1, finishedAt?: string) =>
  cluster.change("pods", "ns", pod.metadata.name ?? "", (draft) => {
    draft.status = { phase };
    const terminated = { exitCode, ...(finishedAt !== undefined && { finishedAt }) };
    if (phase === "Failed")
      draft.status.containerStatuses = [
        { name: "c", image: "", imageID: "", ready: false, restartCount: 0, state: { terminated } },
      ];
  });
export const podAt = (at: ControlledCluster, index: number): Pod => {
  const pod = pods(at)[index];
  if (!pod) throw new Error(`no pod ${index}`);
  return pod;
};
export const condition = (at: ControlledCluster, type: string) =>
  job(at).status.conditions?.find((each) => each.type === type);
export const events = ({ cluster }: ControlledCluster) =>
  cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`);
