/** Runs one pod of a DaemonSet on every node that it fits, and rolls out its updates. */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import {
  defineController,
  type ObjectChange,
  type Plan,
  type ReconcileContext,
  type Snapshot,
  settled,
} from "../controller.ts";
import { claim, controllerOf, ownersOf } from "../controller-ref.ts";
import { historyOf, REVISIONS, trimHistory, unusedRevisions } from "../controller-revisions.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isTerminated, nextAvailability } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { templateHash } from "../template-hash/template-hash.ts";
import { earliestWake } from "../time.ts";
import { HASH, isOfTemplate, nodeFitterOf } from "./daemon-pod.ts";
import { mergeEqual, withoutNewCopies } from "./equal-revisions.ts";
import type { FailedPods } from "./failed-pods.ts";
import { planPlacement, strayPods } from "./placement.ts";
import { placesOf, type Rollout } from "./places.ts";
import { planUpdate } from "./rolling-update.ts";
import { statusOf } from "./status.ts";

const RESOURCE = "daemonsets.apps";
const PRIMARY = { resource: RESOURCE, kind: "DaemonSet", apiVersion: "apps/v1" } as const;
const selectorOf = ({ spec }: DaemonSet) => spec.selector;

export const daemonSetController = defineController({
  name: "daemon-set-controller",
  component: "daemonset-controller",
  reads: [RESOURCE, REVISIONS, "pods", "nodes"],
  writes: [RESOURCE, REVISIONS, "pods"],
  remembers: true,
  itemsOf(change) {
    if (change.resource === RESOURCE) return [itemKey(change.object)];
    if (change.resource === "nodes") return nodeMatters(change) ? concernedBy(change).map(itemKey) : [];
    if (change.resource === REVISIONS && isCopy(change)) return [];
    return ownersOf(change, PRIMARY, selectorOf);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const daemonSet = context.snapshot.get(RESOURCE, namespace, name);
    return daemonSet ? { remember: context.remembered, ...planDaemonSet(daemonSet, context) } : settled;
  },
});

/** Heartbeats and addresses do not matter to daemons; labels, taints, creation and deletion do. */
function nodeMatters({ object, previous, deleted }: ObjectChange<"nodes">): boolean {
  if (deleted || !previous) return true;
  return !same(object.metadata.labels, previous.metadata.labels) || !same(object.spec, previous.spec);
}

/**
 * A client that creates a copy of an existing revision may change and delete it, until something else triggers a sync
 * of the set.
 */
function isCopy({ object, previous, deleted, snapshot }: ObjectChange<typeof REVISIONS>): boolean {
  const { uid = "" } = controllerOf(object) ?? {};
  if (deleted || previous || uid === "") return false;
  const { metadata, data } = object;
  const siblings = snapshot.ownedBy(REVISIONS, uid);
  return siblings.some((each) => each.metadata.uid !== metadata.uid && same(each.data, data));
}

/**
 * The sets that must create or delete a pod on the node, or that count a misplaced one. Pods waiting for their node are
 * not considered, as in Kubernetes: if the node has lost its label, such a pod waits until its set has another reason
 * to reconcile.
 */
function concernedBy({ object: node, deleted, snapshot }: ObjectChange<"nodes">): readonly Stored<DaemonSet>[] {
  const all = snapshot.list(RESOURCE);
  if (deleted) return all;
  const owners = new Set(snapshot.podsOnNode(node.metadata.name).map((pod) => controllerOf(pod)?.uid));
  return all.filter((daemonSet) => {
    const fit = nodeFitterOf(daemonSet)(node);
    if (!owners.has(daemonSet.metadata.uid)) return fit.shouldRun;
    return !fit.shouldContinueRunning || (daemonSet.status.numberMisscheduled ?? 0) > 0;
  });
}

/** A pod that has ended and is only waiting to be deleted no longer occupies its node. */
const isNotOver = (pod: Stored<Pod>): boolean => !pod.metadata.deletionTimestamp || !isTerminated(pod);

const revisionsOf = (daemonSet: Stored<DaemonSet>, snapshot: Snapshot) => {
  const { template, selector } = daemonSet.spec;
  return historyOf(
    daemonSet,
    {
      template,
      selector,
      collisionCount: daemonSet.status.collisionCount,
      // Hashes the template itself, as replica sets do.
      hashOf: (_, count) => templateHash(template, count),
      labelsOf: ({ last }) => ({ [HASH]: last }),
    },
    snapshot,
  );
};

function planDaemonSet(daemonSet: Stored<DaemonSet>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const claimed = claim<Pod>(snapshot, "pods", daemonSet, { selector: daemonSet.spec.selector });
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  if (daemonSet.metadata.deletionTimestamp) return settled;
  const history = revisionsOf(daemonSet, snapshot);
  if ("effects" in history) {
    const { collisionCount, effects } = history;
    const collided =
      collisionCount === undefined ? [] : statusUpdate(RESOURCE, daemonSet, { ...daemonSet.status, collisionCount });
    return { effects: [...effects, ...collided] };
  }
  const revisions = withoutNewCopies(history, now);
  const merged = mergeEqual(revisions, claimed.owned);
  if (merged.length > 0) return { effects: merged };
  const hash = revisions.update.metadata.labels?.[HASH];
  const nodes = snapshot.list("nodes");
  const places = placesOf(daemonSet, claimed.owned.filter(isNotOver), nodes);
  const rollout: Rollout = { hash, isNew: isOfTemplate(daemonSet, hash), now };
  const failedPods = context.remembered as FailedPods | undefined;
  const placement = planPlacement(daemonSet, places, { ...rollout, failedPods });
  const stray = strayPods(daemonSet, claimed.owned, nodes);
  const busy = placement.effects.length + stray.length > 0;
  const update = busy ? [] : planUpdate(daemonSet, places, rollout);
  const status = (served: ReadonlySet<string>) =>
    statusUpdate(RESOURCE, daemonSet, statusOf(daemonSet, places, { ...rollout, served }));
  const live = new Set([
    revisions.update.metadata.name,
    ...claimed.owned.map((pod) => `${daemonSet.metadata.name}-${pod.metadata.labels?.[HASH]}`),
  ]);
  // All but the newest count, including those that pods still use, which are kept.
  const surplus = revisions.all.length - 1 - (daemonSet.spec.revisionHistoryLimit ?? 10);
  const trimmed = busy ? [] : trimHistory(unusedRevisions(revisions.all, live), surplus);
  const { minReadySeconds = 0 } = daemonSet.spec;
  return {
    // A failure to create one pod does not keep the others from being counted.
    effects: context.failure
      ? [...status(new Set()), ...placement.effects, ...stray, ...update, ...trimmed]
      : [...placement.effects, ...stray, ...update, ...status(placement.served), ...trimmed],
    events: placement.events,
    remember: placement.failedPods,
    ...earliestWake(placement.wakeAt, nextAvailability(claimed.owned, minReadySeconds, now), revisions.wakeAt),
  };
}
