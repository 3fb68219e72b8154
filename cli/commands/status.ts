import { Command } from "commander";
import { askApi, reached, requestApi } from "../api-request.ts";
import { CliError } from "../cli-error.ts";
import { readKubeconfig } from "../kubeconfig.ts";
import { dataDirectoryOption } from "./options.ts";

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

export const statusCommand = (): Command =>
  new Command("status")
    .summary("say whether the control plane and its nodes are well")
    .description(
      "Says whether the control plane answers and which nodes are Ready. Exit code 1 where it does not answer.",
    )
    .addOption(dataDirectoryOption())
    .action(async ({ dataDir }: { dataDir: string }) => {
      const connection = readKubeconfig(dataDir);
      const started = performance.now();
      const ready = await reached(connection, requestApi(connection, { method: "GET", path: "/readyz" }));
      const elapsed = (performance.now() - started).toFixed(0);
      if (ready.status !== 200) throw new CliError(`${connection.server} is not ready: ${ready.status} ${ready.text}`);
      console.log(`control plane  ${connection.server} is ready (answered in ${elapsed} ms)`);

      const nodes = await askApi<NodeList>(connection, { method: "GET", path: "/api/v1/nodes" });
      if (nodes.items.length === 0) console.log('nodes          none; "sailplane token create" says how one joins');
      for (const { metadata, status } of nodes.items) {
        const condition = status.conditions?.find(({ type }) => type === "Ready");
        console.log(`node           ${metadata.name} is ${condition?.status === "True" ? "Ready" : "not ready"}`);
      }
    });
