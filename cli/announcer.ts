/**
 * Waits until a control plane is ready and reports it to its keeper (control-plane/keeper.sh) in a file, because a
 * shell that waits for a process cannot be trusted to receive signals that arrive at the same time. Kills a control
 * plane that does not become ready.
 */
import { writeFileSync } from "node:fs";
import { controlPlaneFiles } from "./control-plane/control-plane-files.ts";
import { printFirstSteps } from "./control-plane/first-steps.ts";
import type { Announcement } from "./control-plane/hand-over.ts";
import { waitUntilReady } from "./control-plane/readiness.ts";
import { Progress } from "./progress.ts";

const [, , announcement = "", workerd, again] = process.argv;
const { directory, server, began }: Announcement = JSON.parse(announcement);
const { readinessSocket, outcome } = controlPlaneFiles(directory);
const progress = new Progress(process.stdout, process.env);
const problem = await waitUntilReady(readinessSocket);
writeFileSync(outcome, problem ?? "ready", { mode: 0o600 });
if (problem !== undefined) process.kill(Number(workerd), "SIGKILL");
else if (again) progress.warn("control plane", "running again");
else {
  progress.begin("control plane", "starting", Date.now() - began);
  progress.end("control plane", server);
  printFirstSteps(progress, { directory, server });
}
