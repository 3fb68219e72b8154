/** Removes what an earlier run of this node left behind, including pods that ended while no agent was running. */
import type { Logger } from "../logger.ts";
import { removePodCgroup } from "../pod/pod-cgroup.ts";
import type { PodRemains } from "../pod/pod-remains.ts";
import type { SandboxObservation } from "../runtime/observation.ts";
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

/**
 * All at once: a pod whose containers take their time to end keeps nobody waiting. Fails, after removing everything
 * else, if something could not be removed yet.
 */
export async function removeOrphans(orphanage: Orphanage): Promise<void> {
  const { runtime, remains, isKnown } = orphanage;
  const { sandboxes } = await runtime.observe();
  const orphans = new Set(sandboxes.map(({ pod }) => pod.uid).filter((uid) => !isKnown(uid)));
  const failures = new Map<string, string>();
  const failed = (uid: string) => (error: Error) => void failures.set(uid, `of pod ${uid}: ${error.message}`);
  const sandboxesOf = (uid: string) => sandboxes.filter(({ pod }) => pod.uid === uid);
  await Promise.all([...orphans].map((uid) => endOrphan(orphanage, uid, sandboxesOf(uid)).catch(failed(uid))));
  for (const uid of remains.uids) {
    // What still runs needs its volumes.
    if (isKnown(uid) || failures.has(uid)) continue;
    // A driver may not be back yet; nothing else waits for it.
    await remains
      .remove(uid)
      .then(() => removePodCgroup(uid, runtime.cgroupDriver))
      .catch(failed(uid));
  }
  if (failures.size > 0) throw new Error([...failures.values()].join("; "));
}

/** `sandboxes` are all of one pod. */
async function endOrphan(
  { runtime, log }: Orphanage,
  uid: string,
  sandboxes: readonly SandboxObservation[],
): Promise<void> {
  const { namespace, name } = sandboxes[0]?.pod ?? {};
  log.warn(`removing pod ${namespace}/${name}, which the control plane no longer has`);
  const { containers } = await runtime.observe(uid);
  await Promise.all(containers.map(({ id }) => runtime.stopContainer(id, GRACE_SECONDS)));
  for (const { id } of sandboxes) await runtime.stopSandbox(id);
  for (const { id } of containers) await runtime.removeContainer(id);
  for (const { id } of sandboxes) await runtime.removeSandbox(id);
  await removePodCgroup(uid, runtime.cgroupDriver);
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
