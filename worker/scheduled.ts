/** The safety net: notifications get lost when a deployment restarts its objects. */
import { DEFAULT_CLUSTER } from "./cluster.ts";
import type { Env } from "./env.ts";

export async function runScheduled(env: Env): Promise<void> {
  const loops = [env.CONTROLLER_MANAGER, env.SCHEDULER];
  await Promise.all(loops.map((loop) => loop.getByName(DEFAULT_CLUSTER).tick({ cluster: DEFAULT_CLUSTER })));
}
