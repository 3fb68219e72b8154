/** Ends every container of the node at once, for a node that ends with the command that started it. */
import type { Runtime } from "./runtime/runtime.ts";

/** Seconds. Somebody is waiting at the terminal, so the pods' own grace period does not count. */
const GRACE = 2;
/** A container that was just starting shows up at the second look. */
const LOOKS = 3;

/** Their pods stay in the API: the next start finds them ended, and restarts them according to their restart policy. */
export async function endPods(runtime: Runtime): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const running = (await runtime.observe()).containers.filter(({ state }) => state === "running");
    if (running.length === 0) return;
    await Promise.all(running.map(({ id }) => runtime.stopContainer(id, GRACE)));
  }
}
