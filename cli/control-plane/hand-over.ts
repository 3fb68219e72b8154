import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pathFromHere } from "../path-from-here.ts";
import type { Progress } from "../progress.ts";
import type { DataDirectory } from "./data-directory.ts";
import { workerdPath } from "./workerd-process.ts";

/** The arguments of announcer.ts, as JSON. */
export interface Announcement {
  readonly directory: string;
  readonly server: string;
  /** When the user began to wait (ms since the epoch). */
  readonly began: number;
}

interface HandOver {
  /** Locked by this process, which remains the same. */
  readonly directory: DataDirectory;
  readonly server: string;
  readonly began: number;
  readonly progress: Progress;
}

const SHELL = "/bin/sh";
const programs = fileURLToPath(new URL(".", import.meta.url));

/**
 * Turns this process into the shell script that only keeps a control plane running (docs/decisions/0008). Returns if
 * Node.js cannot do that: before 22.15 and 23.11, and on Windows.
 */
export function handOver({ directory, server, began, progress }: HandOver): void {
  if (!process.execve || !existsSync(SHELL)) return;
  const announcement: Announcement = { directory: directory.path, server, began };
  // The function is experimental, and would print a warning.
  process.removeAllListeners("warning");
  process.execve(
    SHELL,
    [
      SHELL,
      `${programs}keeper.sh`,
      directory.path,
      workerdPath(),
      process.execPath,
      programs,
      JSON.stringify(directory.lockedSince),
      progress.head("!", "control plane"),
      progress.head("✓", "stopped"),
      pathFromHere(directory.path),
      JSON.stringify(announcement),
    ],
    process.env,
  );
}
