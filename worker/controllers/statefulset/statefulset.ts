/** Keeps a StatefulSet's pods, each with its own name and claims, in order. */
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import {
  defineController,
  type Effect,
  type ObjectChange,
  type Plan,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { claim, ownersOf } from "../controller-ref.ts";
import { historyOf, REVISIONS, trimHistory, unusedRevisions } from "../controller-revisions.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { nextAvailability } from "../pod/pod-state.ts";
import { statusUpdate } from "../status-update.ts";
import { dataHash } from "../template-hash/template-hash.ts";
import { earliestWake } from "../time.ts";
import { CLAIMS, claimConflicts } from "./claims.ts";
import { ordinalOf } from "./stateful-pod.ts";
import { isWaiting, revisionOf, type StatefulSetState } from "./stateful-set-state.ts";
import { statusOf } from "./status.ts";
import { heldUp, planTurn } from "./turn.ts";

const RESOURCE = "statefulsets.apps";
const PRIMARY = { resource: RESOURCE, kind: "StatefulSet", apiVersion: "apps/v1" } as const;
const HASH_LABEL = "controller.kubernetes.io/hash";
const selectorOf = ({ spec }: StatefulSet) => spec.selector;

export const statefulSetController = defineController({
  name: "statefulset-controller",
  reads: [RESOURCE, REVISIONS, "pods", CLAIMS],
  writes: [RESOURCE, REVISIONS, "pods", CLAIMS],
  itemsOf(change) {
    if (change.resource === RESOURCE) return [itemKey(change.object)];
    return change.resource === CLAIMS ? waitingFor(change) : ownersOf(change, PRIMARY, selectorOf);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const set = context.snapshot.get(RESOURCE, namespace, name);
    return set ? planStatefulSet(set, context) : settled;
  },
});

/** A pod is not created until terminating claims of its name are gone, and one that is pending gets new ones. */
function waitingFor({ object, deleted, snapshot }: ObjectChange<typeof CLAIMS>): readonly string[] {
  if (!deleted) return [];
  const { namespace = "", name } = object.metadata;
  const waits = (set: Stored<StatefulSet>) =>
    (set.spec.volumeClaimTemplates ?? []).some(({ metadata }) => {
      if (!name.startsWith(`${metadata.name}-${set.metadata.name}-`)) return false;
      const pod = snapshot.get("pods", namespace, name.slice(`${metadata.name}-`.length));
      return !pod || isWaiting(pod);
    });
  return snapshot.list(RESOURCE, namespace).filter(waits).map(itemKey);
}

function planStatefulSet(set: Stored<StatefulSet>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const mine = (pod: KubeObject) => ordinalOf(set, pod) !== undefined;
  const claimed = claim<Pod>(snapshot, "pods", set, { selector: set.spec.selector, adoptable: mine });
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  const pods = new Map<number, Stored<Pod>>();
  for (const pod of claimed.owned) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal !== undefined) pods.set(ordinal, pod);
  }
  const wake = earliestWake(nextAvailability(claimed.owned, set.spec.minReadySeconds ?? 0, now));
  if (set.metadata.deletionTimestamp) return { effects: countRest({ set, pods, now }), ...wake };
  const limit = set.spec.revisionHistoryLimit ?? 10;
  const { template, selector } = set.spec;
  const { collisionCount = 0 } = set.status;
  const labelsOf = ({ first }: { first: string }) => ({ [HASH_LABEL]: first });
  const hashOf = (data: unknown, count = 0) => dataHash(data, count);
  const history = historyOf(set, { template, selector, collisionCount, hashOf, labelsOf }, snapshot);
  if ("effects" in history) return { effects: [...history.effects, ...collisionUpdate(set, history.collisionCount)] };
  const { update, all } = history;
  const current = all.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
  const scene: StatefulSetState = { set, revisions: { current, update }, pods, snapshot, now };
  const { effects: turn, replaced } = planTurn(scene);
  const names = { current: current.metadata.name, update: update.metadata.name };
  const status = statusUpdate(RESOURCE, set, statusOf(scene, names, replaced));
  const live = new Set([...Object.values(names), ...claimed.owned.map((pod) => revisionOf(pod) ?? "")]);
  const unused = turn.length > 0 ? [] : unusedRevisions(all, live);
  const trimmed = trimHistory(unused, unused.length - limit);
  return {
    // A failure to create one pod does not keep the others from being counted.
    effects: [...(context.failure ? [...status, ...turn] : [...turn, ...status]), ...trimmed],
    events: [
      ...heldUp(scene),
      ...[...pods].flatMap(([ordinal, pod]) => (isWaiting(pod) ? claimConflicts(scene, ordinal) : [])),
    ],
    ...wake,
  };
}

/** A set that is being deleted still counts its pods. Its revisions may be gone. */
function countRest(scene: Pick<StatefulSetState, "set" | "pods" | "now">): readonly Effect[] {
  const { updateRevision: update, currentRevision: current = update } = scene.set.status;
  if (update === undefined || current === undefined) return [];
  return statusUpdate(RESOURCE, scene.set, statusOf(scene, { current, update }, new Set()));
}

const collisionUpdate = (set: Stored<StatefulSet>, collisionCount: number | undefined): readonly Effect[] =>
  collisionCount === undefined ? [] : statusUpdate(RESOURCE, set, { ...set.status, collisionCount });
