import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { launcher } from "./cluster.ts";

/**
 * Runs the `join …` of a printed command, as a machine at a site of its own that runs nothing. Returns a function that
 * ends it.
 */
export function joinSimulated(command: string, { name, site }: { readonly name: string; readonly site: string }) {
  const directory = temporaryDirectory();
  const words = command.slice(command.indexOf("join ")).trim().split(" ");
  const labels = `topology.kubernetes.io/zone=${site}`;
  const options = ["--node-name", name, "--runtime", "simulated", "--node-labels", labels, "--data-dir", directory];
  const child = spawn(process.execPath, [launcher, ...words, ...options], { stdio: "ignore" });
  return async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGINT")) await ended;
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
}
