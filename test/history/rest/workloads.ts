import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { hasEnded, isAlive, isReady, isTrue, ownerOf, podsOf } from "../pods.ts";

/** A quota may keep a controller from what it should do. */
const isLimited = (state: ClusterState, { metadata }: Stored<KubeObject>) =>
  state.list("resourcequotas", metadata.namespace).length > 0;

export function* replicaSets(state: ClusterState): Iterable<string> {
  for (const set of state.list("replicasets.apps")) {
    const alive = podsOf(state, set).filter(isAlive);
    const ready = alive.filter(isReady);
    const { replicas: wanted = 1 } = set.spec;
    const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = set.status;
    if (alive.length > wanted || (alive.length < wanted && !isTrue(set, "ReplicaFailure")))
      yield `replica set ${keyOf(set)} has ${alive.length} of ${wanted} pods`;
    if (replicas !== alive.length || readyReplicas !== ready.length || availableReplicas !== ready.length)
      yield `replica set ${keyOf(set)} has ${alive.length} pods, ${ready.length} ready: ${JSON.stringify(set.status)}`;
  }
}

export function* deployments(state: ClusterState): Iterable<string> {
  for (const deployment of state.list("deployments.apps")) {
    const { namespace, uid } = deployment.metadata;
    const sets = state.list("replicasets.apps", namespace).filter((set) => ownerOf(set)?.uid === uid);
    const sum = (count: (set: (typeof sets)[number]) => number | undefined) =>
      sets.reduce((total, set) => total + (count(set) ?? 0), 0);
    const { status, spec } = deployment;
    const counted = [
      sum((s) => s.status.replicas),
      sum((s) => s.status.readyReplicas),
      sum((s) => s.status.availableReplicas),
    ];
    const reported = [status.replicas ?? 0, status.readyReplicas ?? 0, status.availableReplicas ?? 0];
    if (String(counted) !== String(reported)) yield `deployment ${keyOf(deployment)} says ${reported}, has ${counted}`;
    const isWell = sets.every((set) => (set.status.readyReplicas ?? 0) === set.spec.replicas);
    if (spec.paused || !isWell) continue;
    if (sum((set) => set.spec.replicas) !== spec.replicas)
      yield `deployment ${keyOf(deployment)} has ${sum((set) => set.spec.replicas)} of ${spec.replicas} replicas`;
    if (sets.filter((set) => set.spec.replicas).length > 1) yield `deployment ${keyOf(deployment)} has not rolled out`;
  }
}

export function* statefulSets(state: ClusterState): Iterable<string> {
  for (const set of state.list("statefulsets.apps")) {
    const { name, namespace = "" } = set.metadata;
    const pods = podsOf(state, set).filter(({ metadata }) => !metadata.deletionTimestamp);
    const { replicas: wanted = 1, ordinals, updateStrategy } = set.spec;
    const first = ordinals?.start ?? 0;
    const names = Array.from({ length: wanted }, (_, index) => `${name}-${first + index}`).toSorted();
    const isBlocked = !pods.every(isReady) || names.some((each) => isForeign(state, set, each));
    const has = pods.map(({ metadata }) => metadata.name).toSorted();
    if (!isBlocked && !isLimited(state, set) && String(has) !== String(names))
      yield `stateful set ${keyOf(set)} has ${has} of ${names}`;
    const { replicas = 0, readyReplicas = 0, updateRevision } = set.status;
    const ready = pods.filter((pod) => isReady(pod) && !hasEnded(pod)).length;
    if (replicas !== pods.length || readyReplicas !== ready)
      yield `stateful set ${namespace}/${name} has ${pods.length}, ${ready} ready: ${JSON.stringify(set.status)}`;
    const isRolling = updateStrategy?.type === "RollingUpdate" && !updateStrategy.rollingUpdate?.partition;
    const old = pods.find((pod) => pod.metadata.labels?.["controller-revision-hash"] !== updateRevision);
    if (isRolling && !isBlocked && !isLimited(state, set) && old)
      yield `stateful set ${keyOf(set)}: ${old.metadata.name} is not updated`;
  }
}

function isForeign(state: ClusterState, set: Stored<KubeObject>, name: string): boolean {
  const pod = state.get("pods", set.metadata.namespace ?? "", name);
  return pod !== undefined && ownerOf(pod)?.uid !== set.metadata.uid;
}

export function* daemonSets(state: ClusterState): Iterable<string> {
  for (const set of state.list("daemonsets.apps")) {
    const wanted = Object.entries(set.spec.template.spec?.nodeSelector ?? {});
    const nodes = state
      .list("nodes")
      .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value));
    const alive = podsOf(state, set).filter(isAlive);
    const { desiredNumberScheduled = 0, numberReady = 0 } = set.status;
    if (desiredNumberScheduled !== nodes.length)
      yield `daemon set ${keyOf(set)} wants ${desiredNumberScheduled} pods for ${nodes.length} nodes`;
    if (alive.length !== nodes.length && !isLimited(state, set))
      yield `daemon set ${keyOf(set)} has ${alive.length} pods for ${nodes.length} nodes`;
    const ready = alive.filter(isReady).length;
    if (numberReady !== ready) yield `daemon set ${keyOf(set)} says that ${numberReady} pods are ready, ${ready} are`;
  }
}

export function* jobs(state: ClusterState): Iterable<string> {
  for (const job of state.list("jobs.batch")) {
    const alive = podsOf(state, job).filter(isAlive);
    const { active = 0, terminating = 0, failed = 0, uncountedTerminatedPods: uncounted } = job.status;
    if (active !== alive.length) yield `job ${keyOf(job)} says that ${active} pods are active, ${alive.length} are`;
    if (terminating > 0) yield `job ${keyOf(job)} has ${terminating} terminating pods`;
    if (uncounted?.succeeded?.length || uncounted?.failed?.length) yield `job ${keyOf(job)} has uncounted pods`;
    const isFinished = isTrue(job, "Complete") || isTrue(job, "Failed");
    // After a failure it may wait for minutes.
    const isWaiting = job.spec.suspend || job.spec.parallelism === 0 || failed > 0 || isLimited(state, job);
    if (!isFinished && !isWaiting && alive.length === 0) yield `job ${keyOf(job)} neither runs nor has finished`;
    if (isFinished && job.spec.ttlSecondsAfterFinished !== undefined) yield `job ${keyOf(job)} outlived its TTL`;
  }
  for (const cron of state.list("cronjobs.batch"))
    for (const { uid, name } of cron.status.active ?? []) {
      const job = state.byUid(uid ?? "");
      if (!job || isTrue(job, "Complete") || isTrue(job, "Failed"))
        yield `cron job ${keyOf(cron)} lists ${name} as active`;
    }
}
