/** A backup of a sharded cluster: the backups of all its stores, read concurrently, as one. */
import { BACKUP_END, type BackupHead, parseBackupHead } from "../../../api/backup.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";

export interface StoreBackup {
  /** Absent: the cluster's main store. */
  readonly shard: GroupResource | undefined;
  readonly lines: ReadableStream<Uint8Array> | null;
}

/** Each store's objects are at one revision of that store, all taken at the same moment. */
export function wholeBackup(backups: readonly StoreBackup[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const text = linesOf(backups);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await text.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await text.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}

/** Round-robin: a store drops a backup that nobody reads for a minute. */
async function* linesOf(backups: readonly StoreBackup[]): AsyncGenerator<string, undefined> {
  const sources = backups.map(({ shard, lines }) => ({ shard, chunks: chunksOf(lines ?? new Blob().stream()) }));
  try {
    const heads = await Promise.all(
      sources.map(async ({ shard, chunks }) => {
        const { value = "" } = await chunks.next();
        const end = value.indexOf("\n");
        const head = parseBackupHead(value.slice(0, end));
        if (!head) throw new Error(`the store of ${shard ?? "the cluster"} gave no backup`);
        return { shard, head, rest: value.slice(end + 1) };
      }),
    );
    yield `${JSON.stringify(wholeHead(heads))}\n${heads.map(({ rest }) => rest).join("")}`;
    for (let open = sources; open.length > 0; ) {
      const read = await Promise.all(open.map(async (source) => ({ source, ...(await source.chunks.next()) })));
      const text = read.map(({ value = "" }) => value).join("");
      open = read.filter(({ done }) => !done).map(({ source }) => source);
      if (text !== "") yield text;
    }
    yield `${BACKUP_END}\n`;
  } finally {
    await Promise.allSettled(sources.map(({ chunks }) => chunks.return(undefined)));
  }
}

function wholeHead(heads: readonly { shard: GroupResource | undefined; head: BackupHead }[]): BackupHead {
  const own = heads.find(({ shard }) => shard === undefined)?.head;
  if (!own) throw new Error("a cluster without a store of its own");
  const shards: Record<GroupResource, Revision> = {};
  for (const { shard, head } of heads) if (shard !== undefined) shards[shard] = head.revision;
  return { ...own, objects: heads.reduce((sum, { head }) => sum + head.objects, 0), shards };
}

/** Complete lines without the last one, which marks the end; throws if that does not arrive. */
async function* chunksOf(lines: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const end = `${BACKUP_END}\n`;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of lines) {
    rest += decoder.decode(chunk, { stream: true });
    const whole = rest.lastIndexOf("\n") + 1;
    const complete = rest.endsWith(end) ? rest.length - end.length : whole;
    if (complete > 0) yield rest.slice(0, complete);
    rest = rest.slice(complete);
  }
  if (rest !== end) throw new Error("a store's backup broke off");
}
