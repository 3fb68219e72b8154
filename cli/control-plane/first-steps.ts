import { shellWord } from "../../api/shell-word.ts";
import type { Progress } from "../progress.ts";

interface Started {
  /** The data directory. */
  readonly directory: string;
  readonly server: string;
}

/** What to try, now that a control plane is running. */
export function printFirstSteps(progress: Progress, { directory, server }: Started): void {
  const kubeconfig = `${directory}/kubeconfig`;
  progress.print();
  progress.print(`  kubeconfig  ${kubeconfig}`);
  progress.print(`  dashboard   ${server}/dashboard/`);
  progress.print(`  try         ${progress.bold(`export KUBECONFIG=${shellWord(kubeconfig)}`)}`);
  progress.print(`              ${progress.bold("kubectl get nodes")}`);
  progress.print();
  progress.print("Ctrl-C ends it.");
}
