/** The node agent: what a kubelet does, on any machine that can make an outbound HTTPS request. */

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentOptions } from "./agent-options.ts";
import { ControlPlane } from "./control-plane/connection.ts";
import { endPods } from "./end-pods.ts";
import type { Logger } from "./logger.ts";
import { renewCredential } from "./node/renew-credential.ts";
import { NodeAgent } from "./node-agent.ts";
import { chooseRuntime } from "./runtime/choose.ts";
import { unmountBelow } from "./volumes/mounts.ts";

/** Runs until the signal aborts. Returns whether its pods go on without it. */
export async function runAgent(options: AgentOptions): Promise<{ readonly podsGoOn: boolean }> {
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  const log: Logger = { info: () => {}, warn: options.print };
  const runtime = await chooseRuntime(options);
  // Asked to end while it waited for one: what runs is not its to end.
  if (runtime === undefined) return { podsGoOn: true };
  if (!runtime.isolates)
    options.print(
      "containers run as plain processes of this machine: nothing isolates them from it or from each other",
    );
  const controlPlane = new ControlPlane(options.connection);
  const agent = await NodeAgent.create(options, { runtime, controlPlane, log });
  void renewCredential({ holder: controlPlane, renew: options.renew, sleep: sleepUntil(options.signal), log });
  // Simulated pods end with their simulator.
  const podsGoOn = runtime.simulates !== true && (runtime.isolates || !options.endsProcesses);
  try {
    await agent.run();
    return { podsGoOn };
  } finally {
    await agent.stop();
    if (!podsGoOn) {
      await endPods(runtime);
      // So that the directory can be deleted to start afresh.
      await unmountBelow(resolve(options.dataDirectory));
    }
    controlPlane.close();
    await runtime.close();
  }
}

/** A pause that keeps no process alive; false if the signal ended it. */
const sleepUntil =
  (signal: AbortSignal) =>
  (ms: number): Promise<boolean> =>
    sleep(ms, true, { signal, ref: false }).catch(() => false);
