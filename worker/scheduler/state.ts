/** What the scheduler knows, and how changes in the log update it: the cluster, and the pods that wait. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import { SharedValues } from "../../api/machinery/json/shared-values.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { ADMISSION_RESOURCES, POLICIES } from "../../api/resources/admissionregistration/admission-rules.ts";
import { DEVICE_CLASSES } from "../../api/resources/resource/extended-resource.ts";
import type { GroupResource, Key } from "../../api/store/store.ts";
import { Cluster } from "./cluster/cluster.ts";
import type { ClusterChange } from "./cluster/cluster-change.ts";
import { hasEnded, type PendingPod, type PodFacts, podFactsOf } from "./cluster/pod-facts.ts";
import { DEVICE_CLAIMS } from "./devices/device-use.ts";
import { SLICES } from "./devices/pools.ts";
import { plugins } from "./plugins/index.ts";
import { CSI_NODES } from "./plugins/node-volume-limits.ts";
import { BUDGETS } from "./preemption/disruption-budgets.ts";
import { SchedulingQueue } from "./queue/queue.ts";
import { RulesInForce } from "./requests/rules-in-force.ts";
import { CLAIMS, STORAGE_CLASSES, VOLUMES } from "./volumes/pod-volumes.ts";
import { CAPACITIES, CSI_DRIVERS } from "./volumes/volume-choice.ts";

export const SCHEDULER_NAME = "default-scheduler";

/** The scheduler's user name. */
export const SCHEDULER_USER = "system:kube-scheduler";

/** What it writes through the API, if only when somebody wants to be asked. */
export const WRITES: readonly GroupResource[] = [CLAIMS, DEVICE_CLAIMS, VOLUMES, "pods"];

/** Those that say which requests somebody wants to be asked about. */
const ADMISSION: readonly GroupResource[] = [...ADMISSION_RESOURCES, ...Object.values(POLICIES)];

/** What the scheduler reads; nothing else is requested from the log. */
export const READS: readonly GroupResource[] = [
  ...ADMISSION,
  CAPACITIES,
  CLAIMS,
  CSI_DRIVERS,
  CSI_NODES,
  DEVICE_CLAIMS,
  DEVICE_CLASSES,
  SLICES,
  STORAGE_CLASSES,
  VOLUMES,
  "namespaces",
  "nodes",
  "pods",
  BUDGETS,
  "replicasets.apps",
  "replicationcontrollers",
  "services",
  "statefulsets.apps",
];

/** Resources that affect which node is better, but never whether one fits. */
const ONLY_SCORED: ReadonlySet<GroupResource> = new Set([
  BUDGETS,
  "replicasets.apps",
  "replicationcontrollers",
  "services",
  "statefulsets.apps",
]);

interface Change {
  readonly deleted: boolean;
  /** When it is seen (ms). */
  readonly now: number;
}

export class SchedulerState {
  readonly cluster = new Cluster();
  readonly queue = new SchedulingQueue(plugins);
  readonly admission = new RulesInForce((name) => {
    const namespace = this.cluster.get("namespaces", "", name);
    return namespace && (namespace.metadata.labels ?? {});
  });
  readonly #shared = new SharedValues();

  /** Our own placements are known before they appear in the log. */
  knows({ resource, namespace, name }: Key, revision: number): boolean {
    if (resource !== "pods") return false;
    const known = this.cluster.assigned(`${namespace}/${name}`);
    return known !== undefined && known.revision >= revision;
  }

  /** Applies a change from the log: the object as it is, or as it was before its deletion. */
  apply(resource: string, object: Stored<KubeObject>, { deleted, now }: Change): void {
    const change = this.#changeOf(resource, object, { deleted, now });
    if (change) this.queue.react(change, this.cluster, now);
  }

  #changeOf(resource: string, object: Stored<KubeObject>, how: Change): ClusterChange | undefined {
    const { cluster } = this;
    const { deleted } = how;
    switch (resource) {
      case "pods":
        return this.#podChange(object as Stored<Pod>, how);
      case "nodes":
        return deleted
          ? cluster.deleteNode(object as Stored<Node>)
          : this.#nodeChange(leanNode(object as Stored<Node>, this.#shared));
      default: {
        if (ADMISSION.includes(resource)) {
          this.admission.set(resource, object.metadata.name, deleted ? undefined : object);
          return undefined;
        }
        const change = deleted
          ? cluster.deleteObject(resource, object)
          : cluster.setObject(resource, WRITTEN_BACK.has(resource) ? object : leanObject(object));
        return ONLY_SCORED.has(resource) ? undefined : change;
      }
    }
  }

  #nodeChange(node: Stored<Node>): ClusterChange | undefined {
    const change = this.cluster.setNode(node);
    return change.kind === "node" && change.previous && offersTheSame(change.previous, node) ? undefined : change;
  }

  #podChange(pod: Stored<Pod>, { deleted, now }: Change): ClusterChange | undefined {
    const { namespace = "", name, resourceVersion } = pod.metadata;
    const key = `${namespace}/${name}`;
    const known = this.cluster.assigned(key);
    if (known && known.revision >= Number(resourceVersion)) return undefined;
    if (deleted || hasEnded(pod)) {
      this.#forget(key);
      const gone = this.cluster.unassign(key);
      return gone && { kind: "assigned-pod-deleted", pod: gone };
    }
    const facts = podFactsOf(pod, this.#shared);
    if (facts.nodeName !== "") {
      this.#forget(key);
      const change = this.cluster.assign(facts);
      return known && weighsTheSame(known, facts) ? undefined : change;
    }
    const isOurs = isPending(facts) && !facts.terminating && facts.pod.spec.schedulerName === SCHEDULER_NAME;
    if (!isOurs) {
      this.#forget(key);
      const gone = this.cluster.unexpect(key);
      return gone && { kind: "assigned-pod-deleted", pod: gone };
    }
    const expected = this.cluster.expected(key);
    if (this.queue.isBinding(key)) {
      this.queue.put(facts, now);
      return undefined;
    }
    if (expected) this.cluster.expect({ ...expected, pod: facts });
    else this.cluster.nominate(facts, facts.pod.status.nominatedNodeName ?? "");
    this.queue.put(facts, now);
    return undefined;
  }

  #forget(key: string): void {
    this.queue.drop(key);
    this.cluster.removeNomination(key);
  }
}

const isPending = (facts: PodFacts): facts is PendingPod => facts.pod !== undefined;

/** What is written whole must be kept whole. */
const WRITTEN_BACK: ReadonlySet<GroupResource> = new Set([CLAIMS, DEVICE_CLAIMS, VOLUMES]);

/** Drops voluminous parts that no placement depends on. */
function leanObject<T extends KubeObject>(object: Stored<T>): Stored<T> {
  const { managedFields: _, annotations: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Keeps only the part of a node's status that says what it offers. */
function leanNode(node: Stored<Node>, shared: SharedValues): Stored<Node> {
  const { apiVersion, kind, metadata, spec, status } = node;
  const { name, uid, resourceVersion, creationTimestamp, labels } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, uid, resourceVersion, creationTimestamp, ...(labels && { labels: shared.members(labels) }) },
    spec: shared.members(spec),
    status: {
      ...(status.allocatable && { allocatable: shared.value(status.allocatable) }),
      ...(status.declaredFeatures && { declaredFeatures: shared.value(status.declaredFeatures) }),
      ...(status.images && { images: shared.value(status.images) }),
    },
  };
}

/** A heartbeat changes nothing that a pod could be waiting for. */
const offersTheSame = (before: Stored<Node>, after: Stored<Node>): boolean =>
  deepEqual(before.metadata.labels, after.metadata.labels) &&
  deepEqual(before.spec, after.spec) &&
  deepEqual(before.status.allocatable, after.status.allocatable) &&
  deepEqual(before.status.declaredFeatures, after.status.declaredFeatures);

/** A running pod's status changes often, and mostly in parts that no placement depends on. */
const weighsTheSame = (before: PodFacts, after: PodFacts): boolean =>
  before.nodeName === after.nodeName &&
  before.terminating === after.terminating &&
  before.requests.cpu === after.requests.cpu &&
  before.requests.memory === after.requests.memory &&
  before.requests.ephemeralStorage === after.requests.ephemeralStorage &&
  deepEqual(before.labels, after.labels);
