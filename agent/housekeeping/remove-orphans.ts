/** Removes what an earlier run of this node left behind, including pods that ended while no agent was running. */
import type { Logger } from "../logger.ts";
import { removePodCgroup } from "../pod/pod-cgroup.ts";
import type { PodRemains } from "../pod/pod-remains.ts";
import type { Runtime } from "../runtime/runtime.ts";

const GRACE_SECONDS = 30;
/** A driver that must release something may take its time to register, or be gone for good. */
const FIRST_RETRY_MS = 10_000;
const MAX_RETRY_MS = 300_000;

export interface Orphanage {
  readonly runtime: Runtime;
  readonly remains: Pick<PodRemains, "uids" | "remove">;
  /** Whether a pod of that uid should stay. */
  readonly isKnown: (uid: string) => boolean;
  readonly log: Logger;
}

/** Fails, after removing everything else, if something could not be removed yet. */
export async function removeOrphans({ runtime, remains, isKnown, log }: Orphanage): Promise<void> {
  const { sandboxes } = await runtime.observe();
  for (const { id, pod } of sandboxes) {
    if (isKnown(pod.uid)) continue;
    log.warn(`removing pod ${pod.namespace}/${pod.name}, which the control plane no longer has`);
    const { containers } = await runtime.observe(pod.uid);
    await Promise.all(containers.map((container) => runtime.stopContainer(container.id, GRACE_SECONDS)));
    await runtime.stopSandbox(id);
    for (const container of containers) await runtime.removeContainer(container.id);
    await runtime.removeSandbox(id);
    await removePodCgroup(pod.uid, runtime.cgroupDriver);
  }
  const failures: string[] = [];
  for (const uid of remains.uids) {
    if (isKnown(uid)) continue;
    // A driver may not be back yet; nothing else waits for it.
    await remains
      .remove(uid)
      .then(() => removePodCgroup(uid, runtime.cgroupDriver))
      .catch((error: Error) => failures.push(`of pod ${uid}: ${error.message}`));
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

/** Looks for orphans once, and then with growing intervals while something of theirs could not be removed. */
export class OrphanSearch {
  readonly #orphanage: Orphanage;
  #isDone = false;
  #isStopped = false;
  #waitMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(orphanage: Orphanage) {
    this.#orphanage = orphanage;
  }

  /** Call this when everything that belongs on this node is known. */
  begin(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    removeOrphans(this.#orphanage).catch((error: Error) => {
      this.#orphanage.log.warn(`what earlier pods left is looked for again: ${error.message}`);
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => {
        this.#isDone = false;
        this.begin();
      }, this.#waitMs).unref();
      this.#waitMs = Math.min(this.#waitMs * 2, MAX_RETRY_MS);
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
