import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { LocalStatus } from "../../api/node/local-node.ts";
import { callNode, nodeDirectory, nodeDirectoryOption, readNode } from "../node/local-node.ts";
import { podTable } from "../node/pod-table.ts";
import { updateProgram } from "../node/update-program.ts";
import { outputHasFailed } from "../output.ts";

interface Where {
  readonly dataDir?: string;
}

export const nodeCommand = (): Command =>
  new Command("node")
    .summary("query the node on this machine, with or without its control plane")
    .description("Queries the node that runs on this machine, even while its control plane is down.")
    .addCommand(statusCommand())
    .addCommand(podsCommand())
    .addCommand(logsCommand())
    .addCommand(updateCommand());

const statusCommand = () =>
  new Command("status")
    .summary("show the node's state, and since when it has no control plane")
    .addOption(nodeDirectoryOption())
    .action(async ({ dataDir }: Where) => {
      const status = await readNode<LocalStatus>("/status", { dataDir });
      const { node, server, runtime, awaySince, clockSkewMs = 0, pressures, pods, volumes } = status;
      const away = awaySince === undefined ? "connected" : `away since ${new Date(awaySince).toISOString()}`;
      console.log(`node           ${node}, ${runtime}, ${pods} ${pods === 1 ? "pod" : "pods"}`);
      console.log(`control plane  ${server}, ${away}`);
      const seconds = Math.round(Math.abs(clockSkewMs) / 1000);
      if (seconds > 0)
        console.log(`clock          ${seconds} s ${clockSkewMs > 0 ? "ahead of" : "behind"} the control plane's`);
      if (volumes !== undefined && volumes.kept > 0)
        console.log(
          `volumes        ${volumes.kept} in ${volumes.directory}, ${volumes.used} of them used by pods here`,
        );
      if (pressures.length > 0) console.log(`short          ${pressures.join(", ")}`);
    });

const podsCommand = () =>
  new Command("pods")
    .summary("list the node's pods")
    .addOption(nodeDirectoryOption())
    .action(async ({ dataDir }: Where) => {
      const { items } = await readNode<{ items: Pod[] }>("/pods", { dataDir });
      process.stdout.write(podTable(items));
    });

const updateCommand = () =>
  new Command("update")
    .summary("update this node's program to the version of its control plane")
    .description(
      "Fetches the program of a node from its control plane and installs it in place of this one. It takes effect at the node's next start; pods keep running.",
    )
    .addOption(nodeDirectoryOption())
    .action(({ dataDir }: Where) => updateProgram(nodeDirectory(dataDir, "kubeconfig")));

interface LogsOptions extends Where {
  readonly namespace: string;
  readonly container?: string;
  readonly follow?: true;
  readonly previous?: true;
  readonly timestamps?: true;
  readonly tail?: string;
}

const logsCommand = () =>
  new Command("logs")
    .summary("print a container's log")
    .argument("<pod>")
    .addOption(nodeDirectoryOption())
    .addOption(new Option("-n, --namespace <namespace>").default("default"))
    .addOption(new Option("-c, --container <container>", "required if the pod has several"))
    .addOption(new Option("-f, --follow", "keep printing new lines"))
    .addOption(new Option("-p, --previous", "the log before the container's last restart"))
    .addOption(new Option("--timestamps", "print the time of each line"))
    .addOption(new Option("--tail <lines>", "only the last lines"))
    .action(async (pod: string, { dataDir, ...options }: LogsOptions) => {
      const query = new URLSearchParams({ pod });
      for (const [name, value] of Object.entries(options)) query.set(name, String(value));
      const log = await callNode(`/logs?${query}`, { dataDir });
      await pipeline(log, process.stdout, { end: false }).catch((error: unknown) => {
        if (!outputHasFailed()) throw error;
      });
    });
