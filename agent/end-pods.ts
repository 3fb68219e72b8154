/** Ends every container of the node at once, for a node that ends with the command that started it. */
import type { Runtime } from "./runtime/runtime.ts";

/** Seconds. Somebody waits at the terminal, so the pods' own grace does not count. */
const GRACE = 2;
/** One that was starting when the node was told to end shows in the second look. */
const LOOKS = 3;

/** Their pods stay in the API: the next start finds them ended, and runs them again where their restart policy says so. */
export async function endPods(runtime: Runtime): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const running = (await runtime.observe()).containers.filter(({ state }) => state === "running");
    if (running.length === 0) return;
    await Promise.all(running.map(({ id }) => runtime.stopContainer(id, GRACE)));
  }
}
