/** A backup (api/backup.ts) as lines, read from the log a chunk at a time. */
import { BACKUP_END, BACKUP_FORMAT, type BackupHead } from "../../../api/backup.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";

interface BackupStreamOptions {
  readonly tables: LogTables;
  readonly cluster: string;
  readonly without: readonly GroupResource[];
  /** The newest, whose history is pinned. */
  readonly revision: Revision;
  readonly turns: Turns;
  /** The stream ended: it was read to the end, cancelled, or abandoned because nobody read it. */
  readonly closed: () => void;
}

/** Entries read in one turn. */
const CHUNK = 64;
/** A client that reads nothing for this long (ms) loses the stream, because it pins history. */
const STALLED = 60_000;

export function backupStream({ tables, cluster, without, revision, turns, closed }: BackupStreamOptions) {
  const resources = tables.resources().filter((resource) => !without.includes(resource));
  const revisions = resources.flatMap((resource) => tables.revisions({ resource }, Number.POSITIVE_INFINITY));
  const time = new Date(turns.now()).toISOString();
  const head: BackupHead = { sailplaneBackup: BACKUP_FORMAT, cluster, revision, objects: revisions.length, time };
  const encoder = new TextEncoder();
  let next = 0;
  let callOff = () => {};
  const end = () => {
    callOff();
    closed();
  };
  const chunk = (): string => {
    const part = revisions.slice(next, next + CHUNK);
    let lines = next === 0 ? `${JSON.stringify(head)}\n` : "";
    let read = 0;
    for (const { key, revision, attributes, text } of tables.entries(part)) {
      lines += `${JSON.stringify([key.resource, key.namespace, key.name, revision, attributes, text])}\n`;
      read++;
    }
    if (read < part.length) throw new Error("the log lost an entry that an open backup reads");
    next += part.length;
    return next < revisions.length ? lines : `${lines}${BACKUP_END}\n`;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        callOff();
        controller.enqueue(encoder.encode(chunk()));
        if (next === revisions.length) {
          controller.close();
          return end();
        }
        callOff = turns.after(STALLED, () => {
          controller.error(new Error("the backup was not read"));
          end();
        });
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}
