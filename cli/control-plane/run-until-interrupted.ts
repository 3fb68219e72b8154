/**
 * What `up` does once everything is prepared: starts the control plane, reports it, and runs until it is signalled to stop.
 */
import { pathFromHere } from "../path-from-here.ts";
import type { Progress } from "../progress.ts";
import { untilInterrupted } from "../signals.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DataDirectory } from "./data-directory.ts";
import { printFirstSteps } from "./first-steps.ts";

/** Something that runs beside the control plane, such as a node. */
export interface Companion {
  /** Starts it; resolves once it is of use, or has reported why it is not. */
  start(interrupted: Promise<unknown>): Promise<void>;
  /** Returns what is now the case with what it ran, if it came to run. */
  stop(): Promise<string | undefined>;
}

interface RunOptions {
  readonly directory: DataDirectory;
  readonly server: string;
  readonly progress: Progress;
  readonly companion?: Companion;
}

export async function runUntilInterrupted({ directory, server, progress, companion }: RunOptions): Promise<never> {
  let isEnding = false;
  const interrupted = untilInterrupted().then((signal) => {
    isEnding = true;
    return signal;
  });
  const warn = (message: string) => progress.warn("control plane", message);
  const controlPlane = new ControlPlane({ directory, warn });
  process.once("exit", () => controlPlane.kill());
  await Promise.race([controlPlane.start(), interrupted]);
  if (!isEnding) {
    progress.end("control plane", server);
    await companion?.start(interrupted);
  }
  if (!isEnding) printFirstSteps(progress, { directory: directory.path, server });

  const signal = await interrupted;
  progress.print();
  progress.begin("stopping", "");
  const farewell = await companion?.stop();
  await controlPlane.stop();
  progress.end("stopped", `on ${signal}; the state stays in ${pathFromHere(directory.path)}`);
  if (farewell !== undefined) progress.print(`                   ${farewell}`);
  process.exit(0);
}
