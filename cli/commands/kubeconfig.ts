import { Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { readContextName, readKubeconfig, renderKubeconfig } from "../kubeconfig.ts";
import { readFile } from "../read-file.ts";
import { serverForOthers } from "../server-for-others.ts";
import { dataDirectoryOption } from "./options.ts";

interface Options {
  readonly dataDir: string;
  readonly remote?: true;
}

export const kubeconfigCommand = (): Command =>
  new Command("kubeconfig")
    .summary("print the administrator's kubeconfig")
    .description("Prints the administrator's kubeconfig. Its token may do everything: keep it secret.")
    .addOption(dataDirectoryOption())
    .addOption(new Option("--remote", "for another machine, with an address at which that reaches the control plane"))
    .addHelpText(
      "after",
      `
Examples:
  sailplane kubeconfig > ~/.kube/config
  sailplane kubeconfig --remote | ssh laptop 'cat > .kube/config'
  KUBECONFIG=<(sailplane kubeconfig) kubectl get pods -A`,
    )
    .action(print);

async function print({ dataDir, remote }: Options): Promise<void> {
  const connection = readKubeconfig(dataDir);
  if (!remote) {
    process.stdout.write(readFile(`${dataDir}/kubeconfig`));
    return;
  }
  const server = await serverForOthers(connection);
  if (server === undefined)
    throw new CliError(
      'this control plane listens on this machine only; "sailplane up --bind 0.0.0.0" lets other machines in',
    );
  process.stdout.write(renderKubeconfig(readContextName(dataDir), { ...connection, server }));
}
