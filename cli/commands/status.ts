import { Command } from "commander";
import type { Node, PersistentVolume } from "../../api/generated/core.v1.ts";
import { callApi, explainUnreachable, fetchJson, type ListOf } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { type Connection, readKubeconfig } from "../kubeconfig.ts";
import { hasLocalVolumes, type NodeVolumes, strayDirectories } from "../node/node-volumes.ts";
import { dataDirectoryOption } from "./options.ts";

/** If there are more, they are not listed individually. */
const MAX_LISTED = 5;

export const statusCommand = (): Command =>
  new Command("status")
    .summary("show whether the control plane and its nodes are healthy")
    .description(
      "Says whether the control plane answers, which nodes are Ready, and what volumes they keep. Exits with 1 if it does not answer.",
    )
    .addOption(dataDirectoryOption())
    .action(async ({ dataDir }: { dataDir: string }) => {
      const connection = readKubeconfig(dataDir);
      const started = performance.now();
      const ready = await explainUnreachable(connection, callApi(connection, { method: "GET", path: "/readyz" }));
      const elapsed = (performance.now() - started).toFixed(0);
      if (ready.status !== 200) throw new CliError(`${connection.server} is not ready: ${ready.status} ${ready.text}`);
      console.log(`control plane  ${connection.server} is ready (answered in ${elapsed} ms)`);

      const nodes = await fetchJson<ListOf<Node>>(connection, { method: "GET", path: "/api/v1/nodes" });
      if (nodes.items.length === 0) console.log('nodes          none; "sailplane token create" prints how to join one');
      for (const { metadata, status } of nodes.items) {
        const condition = status.conditions?.find(({ type }) => type === "Ready");
        console.log(`node           ${metadata.name} is ${condition?.status === "True" ? "Ready" : "not ready"}`);
      }
      await showVolumes(connection, nodes.items.filter(hasLocalVolumes));
    });

async function showVolumes(connection: Connection, nodes: readonly Node[]): Promise<void> {
  const all = await Promise.all(nodes.map(async (node) => ({ node, local: await volumesOn(connection, node) })));
  const used = all.filter(({ local }) => local.volumes.length > 0);
  if (used.length === 0) return;
  // Read after the nodes: a volume that is being created starts as a directory.
  const path = "/api/v1/persistentvolumes";
  const { items } = await fetchJson<ListOf<PersistentVolume>>(connection, { method: "GET", path });
  for (const { node, local } of used) {
    console.log(`volumes        ${node.metadata.name} keeps ${local.volumes.length} in ${local.directory}`);
    const stray = strayDirectories(local, items);
    for (const directory of stray.slice(0, MAX_LISTED))
      console.log(`               without a PersistentVolume: ${directory}`);
    if (stray.length > MAX_LISTED) console.log(`               and ${stray.length - MAX_LISTED} more`);
  }
}

/** Returns nothing for a node that has gone in the meantime. */
async function volumesOn(connection: Connection, { metadata }: Node): Promise<NodeVolumes> {
  const path = `/api/v1/nodes/${encodeURIComponent(metadata.name ?? "")}/proxy/localVolumes`;
  const response = await callApi(connection, { method: "GET", path }).catch(() => undefined);
  return response?.status === 200 ? (JSON.parse(response.text) as NodeVolumes) : { directory: "", volumes: [] };
}
