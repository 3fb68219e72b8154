/** What `up` does once all is prepared: starts the control plane, says so, and stays until it is asked to end. */
import { relative } from "node:path";
import type { Progress } from "../progress.ts";
import { untilInterrupted } from "../signals.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DataDirectory } from "./data-directory.ts";

/** What runs beside the control plane, such as a node. */
export interface Companion {
  /** Starts it; resolves once it is of use, or has said why it is not. */
  start(interrupted: Promise<unknown>): Promise<void>;
  /** Answers what to say of it at last. */
  stop(): Promise<string>;
}

interface StayOptions {
  readonly directory: DataDirectory;
  readonly server: string;
  readonly progress: Progress;
  readonly companion?: Companion;
}

export async function stay({ directory, server, progress, companion }: StayOptions): Promise<never> {
  const interrupted = untilInterrupted();
  const warn = (message: string) => progress.warn("control plane", message);
  const controlPlane = await ControlPlane.start({ directory, warn });
  process.once("exit", () => controlPlane.kill());
  progress.end("control plane", server);
  await companion?.start(interrupted);
  sayFirstSteps(progress, directory, server);

  const signal = await interrupted;
  progress.say();
  progress.begin("stopping", "");
  const farewell = await companion?.stop();
  await controlPlane.stop();
  progress.end("stopped", `on ${signal}; the state stays in ${shorten(directory.path)}`);
  if (farewell !== undefined) progress.say(`                   ${farewell}`);
  process.exit(0);
}

function sayFirstSteps(progress: Progress, directory: DataDirectory, server: string): void {
  progress.say();
  progress.say(`  kubeconfig  ${directory.file("kubeconfig")}`);
  progress.say(`  dashboard   ${server}/dashboard/`);
  progress.say(`  try         ${progress.bold(`export KUBECONFIG=${directory.file("kubeconfig")}`)}`);
  progress.say(`              ${progress.bold("kubectl get nodes")}`);
  progress.say();
  progress.say("Ctrl-C ends it.");
}

function shorten(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short || ".";
}
