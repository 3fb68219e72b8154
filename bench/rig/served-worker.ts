/** workerd with a Worker of the benchmark's own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { workerdPath } from "../../cli/control-plane/workerd-process.ts";

export interface ServedWorker {
  readonly process: ChildProcess;
  /** Ends it, and deletes what it has stored. */
  close(): Promise<void>;
}

/** The configuration may embed `worker.js`, the bundle of `bench/ENTRY`, and store in the directory that it is given. */
export async function serveWorker(entry: string, configuration: (directory: string) => string): Promise<ServedWorker> {
  const directory = await mkdtemp(join(tmpdir(), "sailplane-bench-"));
  await build({
    entryPoints: [join(import.meta.dirname, "..", entry)],
    outfile: join(directory, "worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".sql": "text" },
    define: { SAILPLANE_VERSION: '"bench"' },
  });
  const file = join(directory, "config.capnp");
  await writeFile(file, configuration(directory));
  const process = spawn(workerdPath(), ["serve", "--experimental", file], { stdio: "inherit" });
  return {
    process,
    async close() {
      process.kill("SIGKILL");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
