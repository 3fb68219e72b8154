/** Runs one pod of a DaemonSet on every node that it fits, and rolls its updates out. */
import type { DaemonSet, DaemonSetStatus } from "../../../api/generated/apps.v1.ts";
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import {
  type Batch,
  type Controller,
  type Effect,
  type EventRecord,
  type ObjectChange,
  type Plan,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { claim, ownersOf } from "../controller-ref.ts";
import { historyOf, REVISIONS, trimHistory } from "../controller-revisions.ts";
import { scaledValue } from "../int-or-percent.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isAvailable, isReady, isTerminated, nextAvailability } from "../pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { templateHash } from "../template-hash.ts";
import { earliest, timeOf, waking } from "../time.ts";
import { daemonPod, type Fit, fitting, HASH, isOfTemplate, nodeOf } from "./daemon-pod.ts";

const RESOURCE = "daemonsets.apps";
const PRIMARY = { resource: RESOURCE, kind: "DaemonSet", apiVersion: "apps/v1" };
const BURST = 250;
/** A pod that fails at once is not made again faster than this. */
const FAILED_AGE_MS = 5000;
const selectorOf = (object: Stored<KubeObject>) => (object as Stored<DaemonSet>).spec.selector;

export const daemonSetController: Controller = {
  name: "daemon-set-controller",
  component: "daemonset-controller",
  reads: [RESOURCE, REVISIONS, "pods", "nodes"],
  writes: [RESOURCE, REVISIONS, "pods"],
  itemsOf(change) {
    if (change.resource === RESOURCE) return [itemKey(change.object)];
    if (change.resource === "nodes") return nodeMatters(change) ? change.snapshot.list(RESOURCE).map(itemKey) : [];
    return ownersOf(change, PRIMARY, selectorOf);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const daemonSet = context.snapshot.get<DaemonSet>(RESOURCE, namespace, name);
    return daemonSet ? planDaemonSet(daemonSet, context) : settled;
  },
};

/** Heartbeats and addresses are nothing to daemons; labels, taints, coming and going are. */
function nodeMatters({ object, previous, deleted }: ObjectChange): boolean {
  if (deleted || !previous) return true;
  const [next, before] = [object as Stored<Node>, previous as Stored<Node>];
  return !same(next.metadata.labels, before.metadata.labels) || !same(next.spec, before.spec);
}

interface Place {
  readonly node: Stored<Node>;
  readonly fit: Fit;
  readonly pods: readonly Stored<Pod>[];
}

interface Rollout {
  /** Of the template as it is. */
  readonly hash: string | undefined;
  readonly isNew: (pod: Pod) => boolean;
  readonly now: number;
}

function planDaemonSet(daemonSet: Stored<DaemonSet>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const claimed = claim<Pod>(snapshot, "pods", daemonSet, { selector: daemonSet.spec.selector });
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  if (daemonSet.metadata.deletionTimestamp) return settled;
  const { template, selector } = daemonSet.spec;
  const history = historyOf(
    daemonSet,
    {
      template,
      selector,
      collisionCount: daemonSet.status.collisionCount,
      // Of the template itself, as a replica set's.
      hashOf: (_, count) => templateHash(template, count),
      labelsOf: ({ last }) => ({ [HASH]: last }),
    },
    snapshot,
  );
  if ("effects" in history) {
    const { collisionCount, effects } = history;
    const collided =
      collisionCount === undefined ? [] : statusUpdate(RESOURCE, daemonSet, { ...daemonSet.status, collisionCount });
    return { effects: [...effects, ...collided] };
  }
  const hash = history.update.metadata.labels?.[HASH];
  const nodes = snapshot.list<Node>("nodes");
  const places = placesOf(daemonSet, claimed.owned, nodes);
  const rollout: Rollout = { hash, isNew: isOfTemplate(daemonSet, hash), now };
  const placement = planPlacement(daemonSet, places, rollout);
  const stray = strayPods(daemonSet, claimed.owned, nodes);
  const busy = placement.effects.length + stray.length > 0;
  const update = busy ? [] : planUpdate(daemonSet, places, rollout);
  const status = statusUpdate(RESOURCE, daemonSet, statusOf(daemonSet, places, rollout));
  const live = new Set([
    history.update.metadata.name,
    ...claimed.owned.map((pod) => `${daemonSet.metadata.name}-${pod.metadata.labels?.[HASH]}`),
  ]);
  const trimmed = busy ? [] : trimHistory(history.all, live, daemonSet.spec.revisionHistoryLimit ?? 10);
  const { minReadySeconds = 0 } = daemonSet.spec;
  return {
    // What keeps a pod from being made does not keep the others from being counted.
    effects: context.failure
      ? [...status, ...placement.effects, ...stray, ...update, ...trimmed]
      : [...placement.effects, ...stray, ...update, ...status, ...trimmed],
    events: placement.events,
    ...waking(earliest(placement.wakeAt, nextAvailability(claimed.owned, minReadySeconds, now))),
  };
}

function placesOf(
  daemonSet: DaemonSet,
  pods: readonly Stored<Pod>[],
  nodes: readonly Stored<Node>[],
): readonly Place[] {
  const byNode = new Map<string, Stored<Pod>[]>();
  for (const pod of pods) {
    const name = nodeOf(pod);
    if (name === undefined) continue;
    const there = byNode.get(name);
    if (there) there.push(pod);
    else byNode.set(name, [pod]);
  }
  const fitOf = fitting(daemonSet);
  return nodes.map((node) => ({
    node,
    fit: fitOf(node),
    pods: byNode.get(node.metadata.name) ?? NO_PODS,
  }));
}

const NO_PODS: readonly Stored<Pod>[] = [];

/** Pods meant for nodes that are gone before they got there. */
const strayPods = (daemonSet: Stored<DaemonSet>, pods: readonly Stored<Pod>[], nodes: readonly Stored<Node>[]) => {
  const underWay = pods.filter((pod) => !pod.spec.nodeName && !pod.metadata.deletionTimestamp);
  if (underWay.length === 0) return [];
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  return underWay.filter((pod) => !known.has(nodeOf(pod) ?? "")).map((pod) => removal(pod, daemonSet));
};

const removal = (pod: Stored<Pod>, about: Stored<DaemonSet>): Effect => ({
  op: "delete",
  resource: "pods",
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
  uid: pod.metadata.uid,
  record: {
    about,
    success: { reason: "SuccessfulDelete", message: `Deleted pod: ${pod.metadata.name}` },
    failure: { reason: "FailedDelete", message: "Error deleting: {message}" },
  },
});

const creations = (
  daemonSet: Stored<DaemonSet>,
  nodes: readonly string[],
  hash: string | undefined,
): readonly Batch[] =>
  nodes.length === 0
    ? []
    : [
        {
          op: "batch",
          slowStart: true,
          effects: nodes.slice(0, BURST).map((node) => ({
            op: "create",
            resource: "pods",
            namespace: daemonSet.metadata.namespace ?? "",
            object: daemonPod(daemonSet, node, hash),
            record: {
              about: daemonSet,
              success: { reason: "SuccessfulCreate", message: "Created pod: {name}" },
              failure: { reason: "FailedCreate", message: "Error creating: {message}" },
            },
          })),
        },
      ];

function planPlacement(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { hash, isNew, now }: Rollout,
): { effects: (Effect | Batch)[]; events: EventRecord[]; wakeAt?: number } {
  const missing: string[] = [];
  const doomed: Stored<Pod>[] = [];
  const events: EventRecord[] = [];
  let wakeAt: number | undefined;
  const surges = surgeOf(daemonSet, places.length) > 0;
  for (const { node, fit, pods } of places) {
    const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!fit.stay) doomed.push(...present.filter(({ spec }) => spec.nodeName));
    else if (pods.length === 0) {
      if (fit.run) missing.push(node.metadata.name);
    } else {
      const running: Stored<Pod>[] = [];
      for (const pod of present) {
        if (!isTerminated(pod)) running.push(pod);
        else {
          const due = (timeOf(pod.metadata.creationTimestamp) ?? 0) + FAILED_AGE_MS;
          if (pod.status.phase === "Failed" && due > now) wakeAt = earliest(wakeAt, due);
          else {
            doomed.push(pod);
            events.push(endedEvent(daemonSet, pod, node.metadata.name));
          }
        }
      }
      // Of several the oldest stays; during a surge the old and the new one share the node.
      const older = oldestFirst(running);
      const kept = surges ? firstOfEach(older, isNew) : older.slice(0, 1);
      doomed.push(...running.filter((pod) => !kept.includes(pod)));
    }
  }
  const effects = [
    ...creations(daemonSet, missing, hash),
    ...doomed.slice(0, BURST).map((pod) => removal(pod, daemonSet)),
  ];
  return { effects, events, ...(wakeAt === undefined ? {} : { wakeAt }) };
}

/** Those that have a node before those that wait for one. */
const oldestFirst = (pods: readonly Stored<Pod>[]): readonly Stored<Pod>[] =>
  pods.length < 2
    ? pods
    : pods.toSorted(
        (a, b) =>
          Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
          compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
          compare(a.metadata.name, b.metadata.name),
      );

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const firstOfEach = (pods: readonly Stored<Pod>[], isNew: Rollout["isNew"]): readonly Stored<Pod>[] => {
  return [pods.find(isNew), pods.find((pod) => !isNew(pod))].filter((pod) => pod !== undefined);
};

function endedEvent(about: Stored<DaemonSet>, pod: Stored<Pod>, node: string): EventRecord {
  const where = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
  return pod.status.phase === "Failed"
    ? {
        about,
        type: "Warning",
        reason: "FailedDaemonPod",
        message: `Found failed daemon pod ${where}, will try to kill it`,
      }
    : {
        about,
        type: "Normal",
        reason: "SucceededDaemonPod",
        message: `Found succeeded daemon pod ${where}, will try to delete it`,
      };
}

const surgeOf = ({ spec }: DaemonSet, nodes: number) =>
  scaledValue(spec.updateStrategy?.rollingUpdate?.maxSurge, nodes, "up");

/** Replaces old pods: those that do not work at once, working ones as far as the strategy allows. */
function planUpdate(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { hash, isNew, now }: Rollout,
): readonly (Effect | Batch)[] {
  if (daemonSet.spec.updateStrategy?.type === "OnDelete") return [];
  const { minReadySeconds = 0, updateStrategy } = daemonSet.spec;
  const wanted = places.filter(({ fit }) => fit.run);
  const available = (pod: Pod | undefined) => pod !== undefined && isAvailable(pod, minReadySeconds, now);
  const states = wanted.map(({ node, pods }) => {
    const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    return { name: node.metadata.name, next: present.find(isNew), old: present.find((pod) => !isNew(pod)) };
  });
  const surge = surgeOf(daemonSet, wanted.length);
  if (surge > 0) {
    const replaced = states.filter(({ old, next }) => old && available(next)).map(({ old }) => old);
    const surging = states.filter(({ old, next }) => old && next && !available(next) && available(old)).length;
    const waiting = states.filter(({ old, next }) => old && !next);
    const broken = waiting.filter(({ old }) => !available(old));
    const sound = waiting.filter(({ old }) => available(old)).slice(0, Math.max(0, surge - surging));
    const removals = replaced.filter((pod) => pod !== undefined).map((pod) => removal(pod, daemonSet));
    return [
      ...creations(
        daemonSet,
        [...broken, ...sound].map(({ name }) => name),
        hash,
      ),
      ...removals,
    ];
  }
  const most = Math.max(1, scaledValue(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, "up"));
  const broken = states.filter(({ old, next }) => old && !next && !available(old));
  const unavailable = states.filter(({ old, next }) => !available(old) && !available(next)).length;
  const candidates = states.filter(({ old, next }) => old && !next && available(old));
  const chosen = [...broken, ...candidates.slice(0, Math.max(0, most - unavailable))];
  return chosen
    .map(({ old }) => old)
    .filter((pod) => pod !== undefined)
    .map((pod) => removal(pod, daemonSet));
}

function statusOf(daemonSet: Stored<DaemonSet>, places: readonly Place[], { isNew, now }: Rollout): DaemonSetStatus {
  const { minReadySeconds = 0 } = daemonSet.spec;
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  for (const { fit, pods } of places) {
    // Of several, while a surge goes on, the oldest stands for its node.
    const [pod] = oldestFirst(pods);
    if (!fit.run) {
      if (pod) misscheduled++;
      continue;
    }
    desired++;
    if (!pod) continue;
    current++;
    if (isReady(pod)) ready++;
    if (isAvailable(pod, minReadySeconds, now)) available++;
    if (isNew(pod)) updated++;
  }
  const { collisionCount } = daemonSet.status;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(daemonSet.metadata.generation === undefined ? {} : { observedGeneration: daemonSet.metadata.generation }),
    ...(updated ? { updatedNumberScheduled: updated } : {}),
    ...(available ? { numberAvailable: available } : {}),
    ...(desired - available ? { numberUnavailable: desired - available } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(daemonSet.status.conditions ? { conditions: daemonSet.status.conditions } : {}),
  };
}
