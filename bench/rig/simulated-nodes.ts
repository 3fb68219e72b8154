/** Nodes with the real agent and the real protocol that run nothing, all in one process beside the benchmark. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentOptions } from "../../agent/agent-options.ts";
import { unmountBelow } from "../../agent/mounts/mounts.ts";
import type { Connection } from "../../cli/kubeconfig.ts";

/** The built agent: Node.js cannot run its source directly. */
const BUILT = "../../dist/agent.js";

export interface SimulatedNodes {
  readonly stop: () => Promise<void>;
}

/** Nodes register themselves. The administrator may act for any node. */
export async function startNodes(connection: Connection, count: number): Promise<SimulatedNodes> {
  const directory = await mkdtemp(join(tmpdir(), "sailplane-nodes-"));
  const names = Array.from({ length: count }, (_, index) => `simulated-${index}`);
  const stop = forkNodes(connection, names, directory);
  return {
    stop: async () => {
      await stop();
      await unmountBelow(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts a process for nodes that keep their files in the directory; returns what kills it. */
export function forkNodes(connection: Connection, names: readonly string[], directory: string): () => Promise<void> {
  const child = fork(import.meta.filename, [directory, JSON.stringify(names), JSON.stringify(connection)]);
  const ended = once(child, "exit");
  return async () => {
    child.kill("SIGKILL");
    await ended;
  };
}

if (process.argv[1] === import.meta.filename) {
  const [directory = "", names = "", connection = ""] = process.argv.slice(2);
  const { runAgent } = (await import(BUILT)) as { runAgent: (options: AgentOptions) => Promise<unknown> };
  for (const nodeName of JSON.parse(names)) {
    void runAgent({
      connection: JSON.parse(connection),
      renew: async (token) => token,
      nodeName,
      runtime: "simulated",
      settings: {},
      dataDirectory: join(directory, nodeName),
      print: (message) => console.error(`${nodeName}: ${message}`),
      signal: new AbortController().signal,
      endsProcesses: true,
    });
  }
}
