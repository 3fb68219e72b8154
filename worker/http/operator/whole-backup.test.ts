import { expect, test } from "vitest";
import { parseBackupHead, parseBackupObject } from "../../../api/backup.ts";
import type { Write } from "../../../api/store/store.ts";
import { MemoryStore } from "../../../durable-objects/store/memory-store.ts";
import { wholeBackup } from "./whole-backup.ts";

async function storeWith(resource: string, count: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  const writes = Array.from({ length: count }, (_, i): Write => {
    const key = { resource, namespace: "", name: `${i}é` };
    const text = `{"metadata":{"name":"${key.name}","resourceVersion":""}}`;
    return { op: "create", key, text, attributes: { labels: {}, fields: {} } };
  });
  if (count > 0) await store.commit({ writes });
  return store;
}

const textOf = async (lines: ReadableStream<Uint8Array>) => new Response(lines).text();

/** In pieces that end anywhere, even in the middle of a character. */
const inPieces = (lines: ReadableStream<Uint8Array>, size: number) =>
  lines.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size));
      },
    }),
  );

test.each([7, 100, 100_000])("SHARD-BACKUP: one backup contains all stores, read %i bytes at a time", async (size) => {
  const counts = { pods: 150, events: 700, leases: 0 };
  const backups = await Promise.all(
    Object.entries(counts).map(async ([resource, count], i) => ({
      shard: i === 0 ? undefined : resource,
      lines: inPieces((await storeWith(resource, count)).backup("c", []), size),
    })),
  );
  const lines = (await textOf(wholeBackup(backups))).split("\n");
  expect(parseBackupHead(lines[0] ?? "")).toMatchObject({
    cluster: "c",
    objects: 850,
    revision: 151,
    shards: { events: 701, leases: 1 },
  });
  const objects = lines.slice(1, -2).map((line) => parseBackupObject(line));
  const countOf = (resource: string) => objects.filter((object) => object?.[0] === resource).length;
  expect([countOf("pods"), countOf("events"), objects.length]).toEqual([150, 700, 850]);
  expect(lines.slice(-2)).toEqual(['{"end":true}', ""]);
});

test("SHARD-BACKUP: a store's backup that breaks off fails the whole backup", async () => {
  const cut = new Response('{"sailplaneBackup":1,"cluster":"c","revision":1,"objects":1,"time":""}\n').body;
  const own = (await storeWith("pods", 3)).backup("c", []);
  const backup = wholeBackup([
    { shard: undefined, lines: own },
    { shard: "events", lines: cut },
  ]);
  await expect(textOf(backup)).rejects.toThrow("broke off");
});
