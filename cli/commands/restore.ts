import { Command, InvalidArgumentError, Option } from "commander";
import type { RestoreReport } from "../../api/backup.ts";
import { type Backup, objectLines, verifyBackup } from "../backup/backup-file.ts";
import { type ApiCall, bodyOf, callApi } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { type Connection, readKubeconfig } from "../kubeconfig.ts";
import { Progress } from "../progress.ts";
import { dataDirectoryOption } from "./options.ts";

interface RestoreOptions {
  readonly dataDir: string;
  readonly force?: boolean;
  readonly at?: Date;
}

/** Characters per upload. */
const UPLOAD = 512 * 1024;
/** The final step writes everything at once. */
const TIMEOUT_MS = 300_000;

export const restoreCommand = (): Command =>
  new Command("restore")
    .summary("replace a cluster's objects by those of a backup")
    .description(
      'Replaces all objects of a cluster by those in a FILE of "sailplane backup": the file is checked, then uploaded, and only then applied, in one step that watches see. If it is interrupted, nothing has changed, and the same command resumes.',
    )
    .argument("[file]")
    .addOption(dataDirectoryOption())
    .addOption(new Option("--force", "even if the cluster has objects: those that are not in the backup are deleted"))
    .addOption(
      new Option(
        "--at <time>",
        "on Cloudflare, instead of a FILE: restore the state of a moment in the last 30 days",
      ).argParser(parseTime),
    )
    .addHelpText(
      "after",
      `
Examples:
  sailplane restore cluster.jsonl                   into a new cluster
  sailplane restore cluster.jsonl --force           replacing existing objects
  sailplane restore --at 2026-11-28T09:00:00Z       on Cloudflare`,
    )
    .action(restore);

async function restore(file: string | undefined, options: RestoreOptions): Promise<void> {
  const connection = readKubeconfig(options.dataDir);
  const progress = new Progress(process.stdout, process.env);
  if ((file === undefined) === (options.at === undefined)) throw new CliError("specify a FILE, or a time with --at");
  if (options.at) return rewind(connection, options.at, progress);
  if (file !== undefined) return upload(connection, file, { force: options.force === true, progress });
}

async function upload(
  connection: Connection,
  file: string,
  { force, progress }: { readonly force: boolean; readonly progress: Progress },
): Promise<void> {
  progress.begin("checking", file);
  const backup = await verifyBackup(file);
  const { objects, revision, time } = backup.head;
  progress.end("checked", `${objects} objects of ${time}, revision ${revision}`);

  const path = `/sailplane/v1/store/restores/${backup.sha256}`;
  progress.begin("uploading", file);
  const { staged } = await callStore<Staged>(connection, { method: "POST", path, body: { force } });
  await uploadLines({ connection, file, backup, path, from: staged }, (sent) =>
    progress.update("uploading", `${sent} of ${objects}`),
  );
  progress.end("uploaded", staged > 0 ? `${objects - staged} objects, ${staged} were there` : `${objects} objects`);

  progress.begin("restoring", `${objects} objects`);
  const commit: ApiCall = { method: "POST", path: `${path}/commit`, body: { objects, force } };
  const report = await callStore<RestoreReport>(connection, commit);
  const { created, replaced, deleted, unchanged } = report;
  const changes = `${created} created, ${replaced} replaced, ${deleted} deleted, ${unchanged} as they were`;
  progress.end("restored", `${changes}; the cluster is at revision ${report.revision}`);
}

interface Staged {
  readonly staged: number;
}

interface Upload {
  readonly connection: Connection;
  readonly file: string;
  readonly backup: Backup;
  readonly path: string;
  readonly from: number;
}

async function uploadLines(upload: Upload, sent: (objects: number) => void): Promise<void> {
  const { connection, file, backup, path } = upload;
  let from = upload.from;
  let lines: string[] = [];
  let length = 0;
  const flush = async () => {
    if (lines.length === 0) return;
    const request: ApiCall = { method: "PUT", path: `${path}?from=${from}`, lines: lines.join("\n") };
    const { staged } = await callStore<Staged>(connection, request);
    from += lines.length;
    if (staged !== from)
      throw new CliError("the same backup is being restored by someone else; try again when that is over");
    sent(from);
    lines = [];
    length = 0;
  };
  for await (const line of objectLines(file, backup, upload.from)) {
    if (length + line.length > UPLOAD) await flush();
    lines.push(line);
    length += line.length;
  }
  await flush();
}

async function rewind(connection: Connection, moment: Date, progress: Progress): Promise<void> {
  const time = moment.toISOString();
  progress.begin("going back", `to ${time}`);
  const request: ApiCall = { method: "POST", path: "/sailplane/v1/store/rewind", body: { time } };
  const { revision } = await callStore<{ revision: number }>(connection, request);
  progress.end("went back", `to ${time}; the cluster is at revision ${revision}`);
}

async function callStore<T>(connection: Connection, request: ApiCall): Promise<T> {
  const response = await callApi(connection, { ...request, timeoutMs: TIMEOUT_MS }).catch((error: Error) => {
    throw new CliError(`${connection.server} lost the connection: ${error.message}; the same command resumes`);
  });
  return bodyOf<T>(response);
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError("It is a time such as 2026-11-28T09:00:00Z.");
  return time;
}
