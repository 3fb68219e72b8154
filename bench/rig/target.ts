/** The API servers that a benchmark measures: one of our own, started for it, or any other by its URL. */
import { readFileSync } from "node:fs";
import { readKubeconfig } from "../../cli/kubeconfig.ts";
import { Cluster } from "../../test/e2e/rig/cluster.ts";
import { residentMegabytesOfTree } from "./process-tree.ts";

/** A server, and the credentials to use. */
export interface Address {
  readonly url: URL;
  readonly token: string;
}

export interface Target extends Address {
  /** Megabytes held by the whole control plane; unknown for servers that were not started here. */
  readonly memory?: () => number;
  /** The process of the control plane itself, if it was started here. */
  readonly controlPlane?: number;
  /** Milliseconds of CPU used so far, by all of its threads. */
  readonly cpu?: () => number;
  readonly close: () => Promise<void>;
}

export const targetAt = (url: string, token: string): Target => ({ url: new URL(url), token, close: async () => {} });

/** Where a cluster of the tests' rig is, and its administrator's token. */
export function addressOf({ directory }: Cluster): Address {
  const { server, token } = readKubeconfig(directory);
  return { url: new URL(server), token };
}

/** A control plane without a node, with a data directory of its own and further options of `sailplane up`. */
export async function ownTarget(options: readonly string[] = []): Promise<Target> {
  const cluster = await Cluster.start({ agent: false, options });
  return {
    ...addressOf(cluster),
    memory: () => residentMegabytesOfTree(cluster.supervisorPid),
    controlPlane: cluster.workerdPid(),
    cpu: () => cpuMilliseconds(cluster.workerdPid()),
    close: () => cluster.remove(),
  };
}

/** The kernel counts in hundredths of a second; the second number is its own work for the process. */
export const cpuMilliseconds = (pid: number) => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * 10;
};
