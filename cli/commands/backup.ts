import { Command } from "commander";
import { isPlainFile, writeBackup } from "../backup/backup-file.ts";
import { type ApiCall, bodyOf, explainUnreachable, fetchJson, type ListOf, openCall, readText } from "../call-api.ts";
import { type Connection, readKubeconfig } from "../kubeconfig.ts";
import { Progress } from "../progress.ts";
import { dataDirectoryOption } from "./options.ts";

export const backupCommand = (): Command =>
  new Command("backup")
    .summary("write all objects of a cluster to a file")
    .description(
      "Writes all objects of a cluster, at one revision, to FILE, while the control plane keeps running. An older FILE is replaced once the new one is complete.",
    )
    .argument("<file>")
    .addOption(dataDirectoryOption())
    .addHelpText(
      "after",
      `
FILE holds every Secret, so only its owner may read it. Not in it: the cluster's keys (ca.key, and what signs service accounts'
tokens), the tokens of nodes and of the administrator, history, and what is in PersistentVolumes.

Examples:
  sailplane backup cluster.jsonl
  sailplane backup -d .sailplane/clusters/team-a team-a.jsonl
  sailplane backup /dev/stdout | gpg -e -r ops > cluster.gpg
  sailplane restore cluster.jsonl`,
    )
    .action(backup);

async function backup(file: string, { dataDir }: { dataDir: string }): Promise<void> {
  const connection = readKubeconfig(dataDir);
  const progress = new Progress((await isPlainFile(file)) ? process.stdout : process.stderr, process.env);
  progress.begin("backup", file);
  const volumes = await countVolumes(connection);
  const request: ApiCall = { method: "GET", path: "/sailplane/v1/store/backup", timeoutMs: 60_000 };
  const response = await explainUnreachable(connection, openCall(connection, request));
  if (response.statusCode !== 200) bodyOf(await readText(response));
  const { head } = await writeBackup(file, response, (bytes) => {
    progress.update("backup", `${file}, ${(bytes / 1e6).toFixed(1)} MB`);
  });
  progress.end("backup", `${head.objects} objects at revision ${head.revision} in ${file}`);
  if (volumes > 0)
    progress.warn(
      "volumes",
      `${volumes} ${volumes === 1 ? "is" : "are"} named in it; what is in them is not: copy that too`,
    );
}

/** How many PersistentVolumes there are. */
async function countVolumes(connection: Connection): Promise<number> {
  const path = "/api/v1/persistentvolumes?limit=1";
  const { items, metadata } = await fetchJson<ListOf<unknown>>(connection, { method: "GET", path });
  return items.length + (metadata.remainingItemCount ?? 0);
}
