/** Which runtime a node uses: a container runtime if one responds, else plain processes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { machineAddresses } from "./node/machine-network.ts";
import { openCri } from "./runtime/open-cri.ts";
import { ProcessRuntime } from "./runtime/process/process-runtime.ts";
import { supervisorCommand } from "./runtime/process/supervisor-command.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { SimulatedRuntime } from "./runtime/simulated/simulated-runtime.ts";

export type RuntimeChoice = "auto" | "cri" | "process" | "simulated";

export interface RuntimeOptions {
  readonly runtime: RuntimeChoice;
  readonly nodeName: string;
  readonly dataDirectory: string;
  readonly print: (message: string) => void;
  readonly onWaiting?: () => void;
  readonly signal: AbortSignal;
}

/**
 * Node.js interprets a program according to the nearest `package.json` above it. Volumes are below the directory that
 * the node was started in, where this project's own would make every `.js` a module.
 */
const noPartOfProject = (dataDirectory: string): void => writeFileSync(join(dataDirectory, "package.json"), "{}\n");

/** Undefined if the signal came first. */
export async function chooseRuntime(options: RuntimeOptions): Promise<Runtime | undefined> {
  const { runtime, dataDirectory, nodeName, signal } = options;
  if (runtime === "simulated") return new SimulatedRuntime({ nodeName });
  if (runtime !== "process") {
    const opened = await openCri({ ...options, isDemanded: runtime === "cri" });
    if (opened !== undefined || signal.aborted) return opened;
  }
  noPartOfProject(dataDirectory);
  return new ProcessRuntime({
    directory: join(dataDirectory, "process"),
    supervisorCommand: supervisorCommand(),
    addresses: machineAddresses,
  });
}
