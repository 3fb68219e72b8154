/** Processes of the machine: their identity despite reused pids, and ending whole trees of them. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** In the environment of every process of a container, so that processes that left the group are found. */
export const CONTAINER_ENV = "SAILPLANE_CONTAINER_ID";

/** When the process started, in the machine's own units; undefined if it does not exist or is a zombie. */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The command's name, which may contain spaces, is the second field, in parentheses.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The container's processes outside its process group. Linux only. */
function strayProcesses(containerId: string): number[] {
  if (process.platform !== "linux") return [];
  const mark = `${CONTAINER_ENV}=${containerId}\0`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended before.
  }
}

/** Kills the process group led by `pid`, and everything that left it. */
export function killTree(containerId: string, pid: number): void {
  kill(-pid, "SIGKILL");
  for (const stray of strayProcesses(containerId)) kill(stray, "SIGKILL");
}
