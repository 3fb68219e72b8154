/** Processes of a container: each with its environment, its user and its directory, in a process group of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import type { ContainerConfig } from "../container.ts";
import { CONTAINER_ENV } from "./process-tree.ts";

export interface Surroundings {
  /** The container's id. */
  readonly id: string;
  readonly config: ContainerConfig;
  /** The working directory, if the container names none. */
  readonly directory: string;
}

export function spawnProcess(
  { id, config, directory }: Surroundings,
  { command, stdin }: { readonly command: readonly string[]; readonly stdin: boolean },
): ChildProcess {
  const [file = "", ...args] = command;
  const { runAsUser: uid, runAsGroup: gid } = config.security;
  const asRoot = process.getuid?.() === 0;
  return spawn(file, args, {
    cwd: config.workingDir === "" ? directory : config.workingDir,
    env: { ...Object.fromEntries(config.env.map(({ name, value }) => [name, value])), [CONTAINER_ENV]: id },
    detached: true,
    stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"],
    ...(asRoot && uid !== undefined ? { uid } : {}),
    ...(asRoot && gid !== undefined ? { gid } : {}),
  });
}
