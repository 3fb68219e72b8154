/**
 * Waits until a control plane is ready, says so, and tells who keeps it (control-plane/keeper.sh), whose child this is. One that does
 * not get ready in time is ended: why is then the last line of its log, where this process's errors go.
 */
import { readinessProblem } from "./control-plane/ask-readiness.ts";
import { controlPlaneFiles } from "./control-plane/control-plane-files.ts";
import { sayFirstSteps } from "./control-plane/first-steps.ts";
import type { Announcement } from "./control-plane/hand-over.ts";
import { Progress } from "./progress.ts";

const keeper = process.ppid;
const [, , announcement = "", workerd, again] = process.argv;
const { directory, server, began }: Announcement = JSON.parse(announcement);
const progress = new Progress(process.stdout, process.env);
const problem = await readinessProblem(controlPlaneFiles(directory).readinessSocket);
if (problem !== undefined) {
  console.error(problem);
  process.kill(Number(workerd), "SIGKILL");
} else {
  if (again) progress.warn("control plane", "running again");
  else {
    progress.begin("control plane", "starting", Date.now() - began);
    progress.end("control plane", server);
    sayFirstSteps(progress, { directory, server });
  }
  process.kill(keeper, "SIGUSR1");
}
