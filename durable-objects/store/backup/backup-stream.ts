/** A backup (api/backup.ts) as lines, read from the log a chunk at a time. */
import { BACKUP_END, BACKUP_FORMAT, type BackupHead } from "../../../api/backup.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { chunkStream } from "../chunk-stream.ts";
import { joinBytes } from "../join-bytes.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";

interface BackupStreamOptions {
  readonly tables: LogTables;
  readonly cluster: string;
  readonly without: readonly GroupResource[];
  /** The newest, whose history is pinned. */
  readonly revision: Revision;
  readonly turns: Turns;
  readonly unpin: () => void;
}

/** Entries read in one turn, each of which may have 1.5 MiB. */
const CHUNK = 16;

export function backupStream({ tables, cluster, without, revision, turns, unpin }: BackupStreamOptions) {
  const resources = tables.resources().filter((resource) => !without.includes(resource));
  const revisions = resources.flatMap((resource) => tables.revisions({ resource }, Number.POSITIVE_INFINITY));
  const time = new Date(turns.now()).toISOString();
  const head: BackupHead = { sailplaneBackup: BACKUP_FORMAT, cluster, revision, objects: revisions.length, time };
  return chunkStream({ chunks: chunksOf(head, tables, revisions), turns, closed: unpin, stalled: unpin });
}

function* chunksOf(
  head: BackupHead,
  tables: LogTables,
  revisions: readonly Revision[],
): Generator<Uint8Array, undefined> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${JSON.stringify(head)}\n`);
  for (let next = 0; next < revisions.length; next += CHUNK) {
    const part = revisions.slice(next, next + CHUNK);
    const lines: Uint8Array[] = [];
    for (const { key, revision, attributes, text } of tables.entries(part)) {
      const entry = [key.resource, key.namespace, key.name, revision, attributes, text];
      lines.push(encoder.encode(`${JSON.stringify(entry)}\n`));
    }
    if (lines.length < part.length) throw new Error("the log lost an entry that an open backup reads");
    yield joinBytes(lines);
  }
  yield encoder.encode(`${BACKUP_END}\n`);
}
