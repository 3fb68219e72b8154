/** Everything that is wrong, worst first, without what is only a consequence of something else in the list. */
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Node, PersistentVolumeClaim } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { type Happening, newestFirst } from "../summaries/events-of.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { claimTroubles } from "./claim-troubles.ts";
import { jobTroubles } from "./job-troubles.ts";
import { isNodeReady, nodeTroubles } from "./node-troubles.ts";
import { podTroubles, type WarningOf } from "./pod-troubles.ts";
import { type Trouble, worstFirst } from "./trouble.ts";
import { daemonSetTroubles, deploymentTroubles, REFUSED, statefulSetTroubles } from "./workload-troubles.ts";

export interface Watched {
  readonly nodes: readonly Stored<Node>[];
  readonly pods: readonly PodSummary[];
  readonly deployments: readonly Stored<Deployment>[];
  readonly statefulSets: readonly Stored<StatefulSet>[];
  readonly daemonSets: readonly Stored<DaemonSet>[];
  readonly jobs: readonly Stored<Job>[];
  readonly claims: readonly Stored<PersistentVolumeClaim>[];
  readonly warnings: readonly Happening[];
}

export function allTroubles(watched: Watched, now: number): Trouble[] {
  const { nodes, pods, deployments, statefulSets, daemonSets, jobs, claims } = watched;
  const warningOf = latestOf(watched.warnings);
  const options = { now, warningOf };
  const lost = lostPods(pods, nodes);
  const known = new Set(jobs.map(({ metadata }) => metadata.uid));
  // A failed pod of a Job is the Job's affair, which may try again.
  const isOfJob = ({ finished, owners }: PodSummary) => finished && owners.some((owner) => known.has(owner));
  const ofPods = podTroubles(
    pods.filter((pod) => !lost.has(pod) && !isOfJob(pod)),
    options,
  );
  // What is wrong with its pods, or their node, says more than that a workload lacks them.
  const explained = new Set([
    ...ofPods.map(({ namespace, of }) => `${namespace} ${of}`),
    ...[...lost].map(({ namespace, workload }) => `${namespace} ${workload?.kind} ${workload?.name}`),
  ]);
  const ofWorkloads = [
    ...deploymentTroubles(deployments, options),
    ...statefulSetTroubles(statefulSets, options),
    ...daemonSetTroubles(daemonSets, options),
  ].filter(({ namespace, kind, name, state }) => state === REFUSED || !explained.has(`${namespace} ${kind} ${name}`));
  return [
    ...nodeTroubles(nodes),
    ...ofPods,
    ...ofWorkloads,
    ...jobTroubles(jobs, warningOf),
    ...claimTroubles(claims, warningOf),
  ].sort(worstFirst);
}

function latestOf(warnings: readonly Happening[]): WarningOf {
  const latest = new Map<string, Happening>();
  for (const warning of warnings.toSorted(newestFirst).reverse()) latest.set(warning.subject, warning);
  return (uid) => latest.get(uid);
}

/** Pods that only lack their node, and may run on while it does not answer. */
function lostPods(pods: readonly PodSummary[], nodes: readonly Stored<Node>[]): ReadonlySet<PodSummary> {
  const silent = new Set(nodes.filter((node) => !isNodeReady(node)).map(({ metadata }) => metadata.name));
  const mayRun = ({ state, container }: PodSummary) => state === "Running" || container === undefined;
  return new Set(pods.filter((pod) => silent.has(pod.node) && !pod.finished && mayRun(pod)));
}
