/** The pods of this node, from the API and from manifests. Each has a worker, once the network is ready for it. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { ObjectCache } from "../control-plane/objects.ts";
import { isMirror } from "../static-pods/mirror.ts";
import type { StaticPods } from "../static-pods/static-pods.ts";
import type { PodWorkers } from "./pod-workers.ts";
import type { WorkerContext } from "./worker-context.ts";

export interface AssignedPodsOptions {
  readonly workers: PodWorkers;
  readonly objects: Pick<ObjectCache, "pods">;
  readonly statics: StaticPods;
  readonly context: WorkerContext;
  /** Whether the pod network is not up yet. */
  readonly awaitsNetwork: () => boolean;
}

export class AssignedPods {
  readonly #options: AssignedPodsOptions;
  #hasBegun = false;

  constructor(options: AssignedPodsOptions) {
    this.#options = options;
  }

  follow(pod: Pod): void {
    const { workers, statics, context } = this.#options;
    if (isMirror(pod)) {
      statics.follow(pod);
      return;
    }
    const worker = workers.get(pod.metadata.uid ?? "");
    if (worker !== undefined) worker.update(pod);
    else if (!this.#isTooEarly(pod)) workers.start(context, pod);
  }

  /**
   * Follows the pods known from before: once the control plane has told what has changed since, or if it does not
   * answer. Otherwise a pod that was deleted meanwhile would be started, only to be stopped.
   */
  begin(): void {
    this.#hasBegun = true;
    for (const pod of this.#options.objects.pods()) this.follow(pod);
  }

  /** Starts the pods that had to wait. */
  followAll(): void {
    for (const pod of this.#all()) this.follow(pod);
  }

  /** The API no longer has the pod. */
  gone(pod: Pod): void {
    const { workers, statics } = this.#options;
    if (isMirror(pod)) {
      statics.follow(pod, { deleted: true });
      return;
    }
    // What still runs of it ends by its own grace period and hooks.
    if (!this.#hasBegun) this.follow(pod);
    workers.remove(pod.metadata.uid ?? "");
  }

  isKnown(uid: string): boolean {
    return this.#options.workers.get(uid) !== undefined || this.#all().some(({ metadata }) => metadata.uid === uid);
  }

  #all(): readonly Pod[] {
    const { objects, statics } = this.#options;
    return [...objects.pods(), ...statics.pods];
  }

  /** A pod that starts before its network is up could get the machine's resolvers, and would keep them. */
  #isTooEarly({ metadata, spec }: Pod): boolean {
    return this.#options.awaitsNetwork() && spec.hostNetwork !== true && metadata.deletionTimestamp === undefined;
  }
}
