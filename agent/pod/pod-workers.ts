/** The workers of this node's pods, by uid. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../../api/generated/core.v1.ts";
import { steadyNow } from "../steady-now.ts";
import type { WaitingForRoom } from "./allocation.ts";
import { PodWorker } from "./pod-worker.ts";
import type { WorkerContext } from "./worker-context.ts";

const LOOK_MS = 100;
/** Added to a pod's own grace period. */
const PREEMPTION_MARGIN_MS = 10_000;

export class PodWorkers {
  readonly #workers = new Map<string, PodWorker>();
  readonly #onDone: (uid: string) => void;
  #isStopped = false;

  /** `onDone`: nothing of the pod is left on the machine. */
  constructor(onDone: (uid: string) => void) {
    this.#onDone = onDone;
  }

  get all(): readonly PodWorker[] {
    return [...this.#workers.values()];
  }

  /** With the status computed by the agent. */
  get pods(): readonly Pod[] {
    return this.all.map(({ pod }) => pod);
  }

  get(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  start(context: WorkerContext, pod: Pod): void {
    const { uid = "" } = pod.metadata;
    const worker = new PodWorker(context, pod, (again) => {
      this.#done(uid);
      if (again !== undefined && !this.#isStopped) this.start(context, again);
    });
    this.#workers.set(uid, worker);
    worker.wake();
  }

  /** The pod is to end; returns whether it has yet to. */
  remove(uid: string): boolean {
    const worker = this.#workers.get(uid);
    worker?.remove();
    return worker !== undefined;
  }

  #done(uid: string): void {
    this.#workers.delete(uid);
    this.#onDone(uid);
    for (const worker of this.#workers.values()) if (worker.waitingForRoom !== undefined) worker.wake();
  }

  /** Wakes the pod with that uid, or all for "". */
  wake(uid: string): void {
    if (uid !== "") this.#workers.get(uid)?.wake();
    else for (const worker of this.#workers.values()) worker.wake();
  }

  /** Objects of these namespaces have changed; absent: any objects. */
  objectsChanged(namespaces?: ReadonlySet<string>): void {
    for (const worker of this.#workers.values())
      if (namespaces === undefined || namespaces.has(worker.pod.metadata.namespace ?? "")) worker.objectsChanged();
  }

  /** All other pods that use the node, each with its allocated resources. */
  others(uid: string): readonly Pod[] {
    return this.all
      .filter((worker) => worker.pod.metadata.uid !== uid && worker.isAdmitted && !worker.ended)
      .map((worker) => worker.allocated);
  }

  /** Pods that request more than they have been allocated. */
  get waitingForRoom(): readonly WaitingForRoom[] {
    return this.all.flatMap(({ waitingForRoom }) => waitingForRoom ?? []);
  }

  /** `uid` is the pod's own or its mirror's; "" means the newest: an earlier one may still be ending. */
  find(namespace: string, name: string, uid: string): Pod | undefined {
    return this.all.findLast(({ pod: { metadata }, mirror }) => {
      const isNamed = metadata.namespace === namespace && metadata.name === name;
      return isNamed && (uid === "" || (mirror ?? { metadata }).metadata.uid === uid);
    })?.pod;
  }

  /** Ends a pod in favour of another; settles when its containers have ended, or should have. */
  async preempt({ metadata }: Pod): Promise<void> {
    const worker = this.#workers.get(metadata.uid ?? "");
    if (worker === undefined) return;
    worker.preempt();
    const end = steadyNow() + worker.grace * 1000 + PREEMPTION_MARGIN_MS;
    while (worker.runningContainers.length > 0 && steadyNow() < end) await sleep(LOOK_MS);
  }

  stop(): void {
    this.#isStopped = true;
    for (const worker of this.#workers.values()) worker.stop();
  }
}
