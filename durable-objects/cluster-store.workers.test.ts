import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { RestoreReport } from "../api/backup.ts";
import type {
  ListHead,
  ListStreamRequest,
  ReadFailure,
  ReadResult,
  Revision,
  WatchFailure,
  WatchRequest,
} from "../api/store/store.ts";
import { parseListHead, storeStreamUrls } from "../api/store/store-stream.ts";
import { storesAgree } from "../test/contracts/store-agreement.ts";
import { storeContract } from "../test/contracts/store-contract.ts";
import type { StoreUnderTest } from "../test/contracts/store-under-test.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { SqliteTables } from "./store/tables/sqlite-tables.ts";

const { CLUSTER_STORE } = env as { CLUSTER_STORE: DurableObjectNamespace<ClusterStore> };
let opened = 0;

/** A fresh object, called the way the Worker calls it: RPC, and `fetch` for streams. */
function open(): StoreUnderTest {
  const stub = CLUSTER_STORE.getByName(`contract-${opened++}`);
  const post = (url: string, body: unknown) => stub.fetch(url, { method: "POST", body: JSON.stringify(body) });
  return {
    commit: async (request) => stub.commit(request),
    read: async (request) => stub.read(request),
    readMany: async (request) => stub.readMany(request),
    list: async (request) => stub.list(request),
    after: async (request) => stub.after(request),
    texts: async (request) => stub.texts(request),
    status: async () => stub.status(),
    compact: async (window) => stub.compact(window),
    check: async () => stub.check(),
    backup: async (_, without) => (await post(storeStreamUrls.backup, { without })).body,
    advance: async (revision) => stub.advance(revision),
    async restore(objects, spared) {
      const half = objects.length >> 1;
      await stub.beginRestore("another");
      await stub.stageRestore("another", 0, objects);
      await stub.beginRestore("id");
      await stub.stageRestore("id", 0, objects.slice(0, half));
      // Not everything has arrived: nothing happens.
      const early = await stub.finishRestore("id", { objects: objects.length, spared });
      if (early !== half) throw new Error(`restored ${half} of ${objects.length}`);
      // Sending the same objects twice counts them once.
      await stub.stageRestore("id", 0, objects.slice(0, half));
      await stub.stageRestore("id", await stub.beginRestore("id"), objects.slice(half));
      return (await stub.finishRestore("id", { objects: objects.length, spared })) as RestoreReport;
    },
    async listStream(request: ListStreamRequest): Promise<ReadResult<{ head: ListHead; body: unknown }>> {
      const response = await post(storeStreamUrls.list, request);
      if (!response.ok) return { ok: false, ...(await response.json<ReadFailure>()) };
      return { ok: true, head: parseListHead(response.headers), body: response.body };
    },
    async watch(request: WatchRequest): Promise<ReadResult<{ stream: unknown }, WatchFailure>> {
      const response = await post(storeStreamUrls.watch, request);
      if (!response.ok) return { ok: false, ...(await response.json<WatchFailure>()) };
      return { ok: true, stream: response.body };
    },
  };
}

storeContract("a ClusterStore on SQLite", open);

test("the SQLite and the in-memory store give the same answers for any sequence of calls", { timeout: 60_000 }, () =>
  storesAgree(() => [open(), new MemoryStore()], 50),
);

test("STORE-OBJECTS: each create, replace and delete writes two rows, and each compacted entry one", async () => {
  await runInDurableObject(CLUSTER_STORE.getByName("rows"), async (_, { storage }) => {
    await SqliteTables.open(storage);
    let rows = 0;
    const counted = {
      transactionSync: <T>(run: () => T) => storage.transactionSync(run),
      sql: {
        exec(query: string, ...values: SqlStorageValue[]) {
          const cursor = storage.sql.exec(query, ...values);
          rows += cursor.rowsWritten;
          return cursor;
        },
      },
    };
    const tables = await SqliteTables.open(counted as DurableObjectStorage);
    const written = (write: () => void) => {
      rows = 0;
      write();
      return rows;
    };
    const entry = { committed: 0, key: { resource: "configmaps", namespace: "n", name: "a" }, attributes: "{}" };
    const at = (revision: number) => revision as Revision;
    const append = (revision: number, tombstone = false) =>
      tables.append({
        ...{ ...entry, tombstone, revision: at(revision) },
        ...{ replaced: revision === 2 ? null : at(revision - 1), text: tombstone ? "" : "{}" },
      });
    expect([
      written(() => append(2)),
      written(() => append(3)),
      written(() => append(4, true)),
      written(() => tables.compact(at(1), at(4))),
    ]).toEqual([2, 2, 2, 3]);
  });
});
