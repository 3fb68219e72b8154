/** Which runtime a node uses: a container runtime where one answers, else plain processes. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machineAddresses } from "../node/machine.ts";
import { CriRuntime } from "./cri/cri-runtime.ts";
import { ProcessRuntime } from "./process/process-runtime.ts";
import { supervisorCommand } from "./process/supervisor-command.ts";
import type { Runtime } from "./runtime.ts";
import { SimulatedRuntime } from "./simulated/simulated-runtime.ts";

export type RuntimeChoice = "auto" | "cri" | "process" | "simulated";

export interface RuntimeOptions {
  readonly runtime: RuntimeChoice;
  readonly nodeName: string;
  readonly dataDirectory: string;
  readonly criSocket?: string;
}

const SOCKETS = ["/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock"];

/** Kubernetes' tools name the socket in this variable, as `unix://` and its path. */
const ENDPOINT = "CONTAINER_RUNTIME_ENDPOINT";

function socketOf({ criSocket }: RuntimeOptions): string | undefined {
  const named = criSocket ?? process.env[ENDPOINT]?.replace(/^unix:\/\//, "");
  return named ?? SOCKETS.find((path) => existsSync(path));
}

/** Made once, and kept with the node's other state: several nodes may share one container runtime. */
function agentIdOf(dataDirectory: string): string {
  const file = join(dataDirectory, "agent-id");
  try {
    return readFileSync(file, "utf8");
  } catch {
    const id = randomUUID();
    writeFileSync(file, id, { mode: 0o600 });
    return id;
  }
}

/**
 * Node.js reads a program by the nearest `package.json` above it. Volumes are below the directory that the node was started in,
 * where this project's own says that every `.js` is a module.
 */
const noPartOfProject = (dataDirectory: string): void => writeFileSync(join(dataDirectory, "package.json"), "{}\n");

export async function chooseRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { runtime, dataDirectory, nodeName } = options;
  if (runtime === "simulated") return new SimulatedRuntime({ nodeName });
  if (runtime !== "process") {
    const socket = socketOf(options);
    try {
      if (socket !== undefined) return await CriRuntime.open(socket, agentIdOf(dataDirectory));
    } catch (error) {
      if (runtime === "cri") throw new Error(`no container runtime answers at ${socket}: ${(error as Error).message}`);
    }
    if (runtime === "cri")
      throw new Error(`no container runtime found; install containerd, or name its socket in ${ENDPOINT}`);
  }
  noPartOfProject(dataDirectory);
  return new ProcessRuntime({
    directory: join(dataDirectory, "process"),
    supervisorCommand: supervisorCommand(),
    addresses: machineAddresses,
  });
}
