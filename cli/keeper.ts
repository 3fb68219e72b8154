/** What `up --no-agent` becomes. All that is imported here stays in memory, so it is little. */
import { CliError } from "./cli-error.ts";
import { DataDirectory } from "./control-plane/data-directory.ts";
import type { HandedOver } from "./control-plane/hand-over.ts";
import { stay } from "./control-plane/stay.ts";
import { Progress } from "./progress.ts";

const { directory: path, server, began }: HandedOver = JSON.parse(process.argv[2] ?? "{}");
const directory = new DataDirectory(path, { locked: true });
process.once("exit", () => directory.release());
const progress = new Progress(process.stdout, process.env);
progress.begin("control plane", "starting", Date.now() - began);
try {
  await stay({ directory, server, progress });
} catch (error) {
  console.error(
    `sailplane: ${error instanceof CliError ? error.message : error instanceof Error ? error.stack : error}`,
  );
  process.exit(1);
}
