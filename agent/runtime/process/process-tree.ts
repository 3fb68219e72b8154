/** Processes of the machine: who they are across the reuse of numbers, and the end of whole trees of them. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Every process of a container carries it in its environment, so that those that left the group are found. */
export const CONTAINER_ENV = "SAILPLANE_CONTAINER_ID";

/** When the process started, in the machine's own terms; undefined where there is none. A zombie counts as none. */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The command's name, which may hold spaces, is the second field, in parentheses.
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

/** The processes outside the group that belong to the container all the same. Linux only. */
function strays(containerId: string): number[] {
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

/** Kills the process group that `pid` leads and everything that left it. */
export function killTree(containerId: string, pid: number): void {
  kill(-pid, "SIGKILL");
  for (const stray of strays(containerId)) kill(stray, "SIGKILL");
}
