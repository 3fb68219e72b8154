import { fileURLToPath } from "node:url";

/** What the program that stays is told, as its one argument in JSON. */
export interface HandedOver {
  /** The data directory, which this process has locked. */
  readonly directory: string;
  readonly server: string;
  /** When the user began to wait, in milliseconds since 1970. */
  readonly began: number;
}

const keeper = fileURLToPath(new URL("./keeper.js", import.meta.url));

/**
 * Becomes the program that only keeps a control plane running, in this same process: what it took to get there is forgotten
 * (docs/decisions/0008). Returns where Node.js cannot: before 22.15 and 23.11.
 */
export function handOver(state: HandedOver): void {
  // It is called experimental, and would say so.
  process.removeAllListeners("warning");
  process.execve?.(process.execPath, [process.execPath, keeper, JSON.stringify(state)], process.env);
}
