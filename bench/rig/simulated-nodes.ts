/** Nodes with the real agent and the real protocol that run nothing, all in one process beside the benchmark. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../cli/kubeconfig.ts";

/** The built agent: Node.js cannot run its source directly. */
const BUILT = "../../dist/agent.js";

export interface SimulatedNodes {
  readonly stop: () => Promise<void>;
}

/** Nodes register themselves. The administrator may act for any node. */
export async function startNodes(connection: Connection, count: number): Promise<SimulatedNodes> {
  const directory = await mkdtemp(join(tmpdir(), "sailplane-nodes-"));
  const child = fork(import.meta.filename, [directory, String(count), JSON.stringify(connection)]);
  const ended = once(child, "exit");
  return {
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const [directory = "", count, connection = ""] = process.argv.slice(2);
  const { runAgent } = (await import(BUILT)) as { runAgent: (options: object) => Promise<unknown> };
  for (let index = 0; index < Number(count); index++) {
    void runAgent({
      connection: JSON.parse(connection),
      renew: async (token: string) => token,
      nodeName: `simulated-${index}`,
      runtime: "simulated",
      settings: {},
      dataDirectory: join(directory, String(index)),
      say: (message: string) => console.error(`simulated-${index}: ${message}`),
      signal: new AbortController().signal,
      endsProcesses: true,
    });
  }
}
