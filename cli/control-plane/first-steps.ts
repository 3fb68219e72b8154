import type { Progress } from "../progress.ts";

interface Started {
  /** The data directory. */
  readonly directory: string;
  readonly server: string;
}

/** What to try, now that a control plane is running. */
export function sayFirstSteps(progress: Progress, { directory, server }: Started): void {
  const kubeconfig = `${directory}/kubeconfig`;
  progress.say();
  progress.say(`  kubeconfig  ${kubeconfig}`);
  progress.say(`  dashboard   ${server}/dashboard/`);
  progress.say(`  try         ${progress.bold(`export KUBECONFIG=${kubeconfig}`)}`);
  progress.say(`              ${progress.bold("kubectl get nodes")}`);
  progress.say();
  progress.say("Ctrl-C ends it.");
}
