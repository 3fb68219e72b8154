/** Removes what an earlier life of this node ran and nobody knows any more. */
import type { Logger } from "./logger.ts";
import { removePodCgroup } from "./pod/pod-cgroup.ts";
import type { Runtime } from "./runtime/runtime.ts";

const GRACE_SECONDS = 30;

/** `known` are the uids of pods that stay. */
export async function removeOrphans(
  { runtime, log }: { readonly runtime: Runtime; readonly log: Logger },
  known: ReadonlySet<string>,
): Promise<void> {
  const { sandboxes } = await runtime.observe();
  for (const { id, pod } of sandboxes) {
    if (known.has(pod.uid)) continue;
    log.warn(`removing pod ${pod.namespace}/${pod.name}, which the control plane no longer has`);
    const { containers } = await runtime.observe(pod.uid);
    await Promise.all(containers.map((container) => runtime.stopContainer(container.id, GRACE_SECONDS)));
    await runtime.stopSandbox(id);
    await runtime.removeSandbox(id);
    await removePodCgroup(pod.uid, runtime.cgroupDriver);
  }
}
