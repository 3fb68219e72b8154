/** Which runtime a node uses: a container runtime where its socket is, else plain processes. */
import { join } from "node:path";
import { ProcessRuntime } from "./process/process-runtime.ts";
import { supervisorCommand } from "./process/supervisor-command.ts";
import type { Runtime } from "./runtime.ts";

export type RuntimeChoice = "auto" | "cri" | "process";

export interface RuntimeOptions {
  readonly runtime: RuntimeChoice;
  readonly dataDirectory: string;
  readonly criSocket?: string;
}

export async function chooseRuntime({ dataDirectory }: RuntimeOptions): Promise<Runtime> {
  return new ProcessRuntime({
    directory: join(dataDirectory, "process"),
    supervisorCommand: supervisorCommand(),
  });
}
