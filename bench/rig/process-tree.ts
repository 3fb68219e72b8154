/** Memory of processes, as reported by Linux. */
import { readdirSync, readFileSync } from "node:fs";

/** Of a process and all its descendants. */
export function residentMegabytesOfTree(root: number): number {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const total = (pid: number): number =>
    residentMegabytes(pid) + parents.reduce((sum, [child, parent]) => (parent === pid ? sum + total(child) : sum), 0);
  return total(root);
}

export const residentMegabytes = (pid: number): number => Number(fieldOf(pid, "status", "VmRSS") ?? 0) / 1024;

/** Pages that several processes share count proportionally. */
export const proportionalMegabytes = (pid: number): number => Number(fieldOf(pid, "smaps_rollup", "Pss") ?? 0) / 1024;

const parentOf = (pid: number): number => Number(fieldOf(pid, "status", "PPid"));

function fieldOf(pid: number, file: string, field: string): string | undefined {
  try {
    return new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1];
  } catch {
    // It has ended since.
    return undefined;
  }
}
