import { readFileSync } from "node:fs";
import { Command } from "commander";
import { readKubeconfig } from "../kubeconfig.ts";
import { dataDirectoryOption } from "./options.ts";

export const kubeconfigCommand = (): Command =>
  new Command("kubeconfig")
    .summary("print the administrator's kubeconfig")
    .description("Prints the administrator's kubeconfig. It holds a token that may do everything: keep it to yourself.")
    .addOption(dataDirectoryOption())
    .addHelpText(
      "after",
      `
Examples:
  sailplane kubeconfig > ~/.kube/config
  KUBECONFIG=<(sailplane kubeconfig) kubectl get pods -A`,
    )
    .action(({ dataDir }: { dataDir: string }) => {
      readKubeconfig(dataDir);
      process.stdout.write(readFileSync(`${dataDir}/kubeconfig`, "utf8"));
    });
