/** The node agent: what a kubelet does, on any machine that can make an outbound HTTPS request. */

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorOf } from "../api/error-of.ts";
import type { AgentOptions } from "./agent-options.ts";
import { chooseRuntime } from "./choose-runtime.ts";
import { onContainedFault } from "./contained-faults.ts";
import { ControlPlane } from "./control-plane/connection.ts";
import { endPods } from "./end-pods.ts";
import { FaultCounts } from "./fault-counts.ts";
import type { Logger } from "./logger.ts";
import { unmountBelow } from "./mounts/mounts.ts";
import { renewCredential } from "./node/renew-credential.ts";
import { NodeAgent } from "./node-agent.ts";
import { Fault, restartOnFault } from "./restart-on-fault.ts";

export interface AgentEnd {
  /** Whether its pods go on without it. */
  readonly podsGoOn: boolean;
}

/**
 * Runs until the signal aborts. After a fault, which is counted and printed, the agent is started again: as with a
 * restarted kubelet, its pods go on, and the new agent adopts them. Undefined if it came to run no pods.
 */
export async function superviseAgent(options: AgentOptions): Promise<AgentEnd | undefined> {
  const { signal, print } = options;
  const faults = new FaultCounts();
  let { connection } = options;
  const renew = async (token: string) => {
    const renewed = await options.renew(token);
    connection = { ...connection, token: renewed };
    return renewed;
  };
  const stopListening = onContainedFault(({ where, error }) => {
    faults.contained++;
    print(`an error ended ${where}: ${error.stack}`);
  });
  try {
    return await restartOnFault({
      run: (signal) => runAgent({ ...options, connection, renew, signal }, faults),
      signal,
      onFault: (error) => {
        faults.restarts++;
        print(`an error ended the agent, which starts again; pods keep running: ${errorOf(error).stack}`);
      },
    });
  } finally {
    stopListening();
  }
}

/** One run, until the signal aborts; undefined if that was before the runtime was known, and with it what runs. */
export async function runAgent(options: AgentOptions, faults = new FaultCounts()): Promise<AgentEnd | undefined> {
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  const log: Logger = { info: () => {}, warn: options.print };
  const runtime = await chooseRuntime(options);
  if (runtime === undefined) return undefined;
  if (!runtime.isolates)
    options.print(
      "containers run as plain processes of this machine: nothing isolates them from it or from each other",
    );
  const controlPlane = new ControlPlane(options.connection);
  const agent = await NodeAgent.create(options, { runtime, controlPlane, faults, log });
  void renewCredential({ holder: controlPlane, renew: options.renew, sleep: sleepUntil(options.signal), log });
  // Simulated pods end with their simulator.
  const outlived = runtime.simulates !== true && (runtime.isolates || !options.endsProcesses);
  const podsGoOn = () => outlived || options.signal.reason instanceof Fault;
  try {
    await agent.run();
    return { podsGoOn: podsGoOn() };
  } finally {
    await agent.stop();
    if (!podsGoOn()) {
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
