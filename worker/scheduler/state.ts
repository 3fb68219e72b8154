/** What the scheduler knows, and how changes of the log become it: the cluster, and the pods that wait. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import { deepEqual } from "../../api/machinery/deep-equal.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { Cluster } from "./cluster.ts";
import type { ClusterChange } from "./cluster-change.ts";
import type { PendingPod } from "./plugin.ts";
import { plugins } from "./plugins/index.ts";
import { hasEnded, type PodFacts, podFactsOf } from "./pod-facts.ts";
import { SchedulingQueue } from "./queue.ts";

export const SCHEDULER_NAME = "default-scheduler";

/** What the scheduler reads; the log is asked for nothing else. */
export const READS = ["nodes", "pods"] as const;

export class SchedulerState {
  readonly cluster = new Cluster();
  readonly queue = new SchedulingQueue(plugins);

  /** Takes a change of the log: the object as it is, or was before its deletion. */
  apply(resource: string, object: Stored<KubeObject>, { deleted, now }: { deleted: boolean; now: number }): void {
    const change = this.#changeOf(resource, object, deleted);
    if (change) this.queue.react(change, this.cluster, now);
  }

  #changeOf(resource: string, object: Stored<KubeObject>, deleted: boolean): ClusterChange | undefined {
    const { cluster } = this;
    switch (resource) {
      case "pods":
        return this.#podChange(object as Stored<Pod>, deleted);
      case "nodes":
        return deleted ? cluster.deleteNode(object as Stored<Node>) : cluster.setNode(object as Stored<Node>);
      default:
        return deleted ? cluster.deleteObject(resource, object) : cluster.setObject(resource, object);
    }
  }

  #podChange(pod: Stored<Pod>, deleted: boolean): ClusterChange | undefined {
    const { namespace = "", name, resourceVersion } = pod.metadata;
    const key = `${namespace}/${name}`;
    const known = this.cluster.assigned(key);
    // Our own writes are known before the log tells of them.
    if (known && known.revision >= Number(resourceVersion)) return undefined;
    if (deleted || hasEnded(pod)) {
      this.queue.drop(key);
      const gone = this.cluster.unassign(key);
      return gone && { kind: "assigned-pod-deleted", pod: gone };
    }
    const facts = podFactsOf(pod);
    if (facts.nodeName !== "") {
      this.queue.drop(key);
      const change = this.cluster.assign(facts);
      return known && weighsTheSame(known, facts) ? undefined : change;
    }
    if (isPending(facts) && !facts.terminating && facts.pod.spec.schedulerName === SCHEDULER_NAME)
      this.queue.put(facts);
    else this.queue.drop(key);
    return undefined;
  }
}

const isPending = (facts: PodFacts): facts is PendingPod => facts.pod !== undefined;

/** A running pod's status changes often, and mostly in what no placement depends on. */
const weighsTheSame = (before: PodFacts, after: PodFacts): boolean =>
  before.nodeName === after.nodeName &&
  before.terminating === after.terminating &&
  before.requests.cpu === after.requests.cpu &&
  before.requests.memory === after.requests.memory &&
  before.requests.ephemeralStorage === after.requests.ephemeralStorage &&
  deepEqual(before.labels, after.labels);
