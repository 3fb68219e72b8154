/** What statuses say beside their counts. */
import type { Deployment } from "../../../api/generated/apps.v1.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { conditionOf, isAlive, isReady, isTrue, podsOf } from "../pods.ts";

export function* conditions(state: ClusterState): Iterable<string> {
  yield* available(state);
  yield* daemonSets(state);
  yield* jobs(state);
  yield* volumes(state);
  for (const namespace of state.list("namespaces"))
    if (namespace.status?.phase !== "Active" && !namespace.metadata.deletionTimestamp)
      yield `namespace ${namespace.metadata.name} is ${namespace.status?.phase}`;
}

function* available(state: ClusterState): Iterable<string> {
  for (const deployment of state.list("deployments.apps")) {
    const { availableReplicas = 0 } = deployment.status;
    const is = availableReplicas >= (deployment.spec.replicas ?? 1) - mayBeMissing(deployment);
    if (isTrue(deployment, "Available") !== is)
      yield `deployment ${keyOf(deployment)}: Available is not ${is}, with ${availableReplicas} available`;
  }
}

function mayBeMissing({ spec }: Deployment): number {
  const { replicas = 1, strategy } = spec;
  if (strategy?.type !== "RollingUpdate" || replicas === 0) return 0;
  const share = (value: string | number, round: (exact: number) => number) =>
    typeof value === "number" ? value : round((Number.parseInt(value, 10) * replicas) / 100);
  const { maxUnavailable = 0, maxSurge = 0 } = strategy.rollingUpdate ?? {};
  const missing = share(maxUnavailable, Math.floor);
  // If both come to nothing, one pod may be missing.
  return Math.min(missing === 0 && share(maxSurge, Math.ceil) === 0 ? 1 : missing, replicas);
}

function* daemonSets(state: ClusterState): Iterable<string> {
  for (const set of state.list("daemonsets.apps")) {
    const { desiredNumberScheduled = 0, numberAvailable = 0, numberUnavailable = 0 } = set.status;
    if (numberAvailable + numberUnavailable !== desiredNumberScheduled)
      yield `daemon set ${keyOf(set)}: ${numberAvailable} and ${numberUnavailable} of ${desiredNumberScheduled}`;
  }
}

function* jobs(state: ClusterState): Iterable<string> {
  for (const job of state.list("jobs.batch")) {
    const { ready = 0 } = job.status;
    const are = podsOf(state, job).filter((pod) => isAlive(pod) && isReady(pod)).length;
    if (ready !== are) yield `job ${keyOf(job)} says that ${ready} pods are ready, ${are} are`;
    const isFinished = isTrue(job, "Complete") || isTrue(job, "Failed");
    if (!isFinished && isTrue(job, "Suspended") !== (job.spec.suspend ?? false))
      yield `job ${keyOf(job)} is suspended: ${job.spec.suspend}, and says ${conditionOf(job, "Suspended")?.status}`;
  }
}

function* volumes(state: ClusterState): Iterable<string> {
  for (const volume of state.list("persistentvolumes")) {
    const claim = state.byUid(volume.spec.claimRef?.uid ?? "");
    const phase = claim ? "Bound" : volume.spec.claimRef ? "Released" : "Available";
    if (volume.status.phase !== phase) yield `volume ${keyOf(volume)} is ${volume.status.phase}, should be ${phase}`;
  }
  for (const claim of state.list("persistentvolumeclaims"))
    if ((claim.status.phase === "Bound") !== (claim.spec.volumeName !== undefined))
      yield `claim ${keyOf(claim)} is ${claim.status.phase}, with the volume ${claim.spec.volumeName}`;
}
