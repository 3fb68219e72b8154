/** What goes wrong during a walk: the control plane is killed or stopped, connections break. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../test/e2e/rig/cluster.ts";
import type { Random } from "./random.ts";

export interface FaultOptions {
  /** Absent: it is somebody else's, and goes on. */
  readonly cluster: Cluster | undefined;
  readonly random: Random;
  /** Everything that has connections to the server. */
  readonly clients: readonly { cut(): void }[];
  readonly log: (line: string) => void;
}

const FAULTS = { connections: 3, kill: 3, stop: 2, killSupervisor: 1 };

export async function strike({ cluster, random, clients, log }: FaultOptions): Promise<void> {
  const fault = cluster ? random.weighted(FAULTS) : "connections";
  log(`FAULT ${fault}`);
  if (!cluster || fault === "connections") {
    for (const client of clients) if (random.chance(0.4)) client.cut();
    return;
  }
  switch (fault) {
    case "kill":
      signal(cluster, "SIGKILL");
      return;
    case "stop": {
      const pid = signal(cluster, "SIGSTOP");
      await sleep(random.pick([500, 3000, 10_000]));
      if (pid !== undefined) process.kill(pid, "SIGCONT");
      return;
    }
    case "killSupervisor":
      await cluster.crash({ leave: random.chance(0.5) });
      await sleep(random.between(0, 2000));
      await cluster.up();
  }
}

/** Returns the process; undefined: it is being started. */
function signal(cluster: Cluster, name: NodeJS.Signals): number | undefined {
  try {
    const pid = cluster.workerdPid();
    process.kill(pid, name);
    return pid;
  } catch {
    return undefined;
  }
}
