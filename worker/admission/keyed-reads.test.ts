import { expect, test } from "vitest";
import type { Entry, Key } from "../../api/store/store.ts";
import type { StoreClient } from "../storage/store-client.ts";
import { KeyedReads } from "./keyed-reads.ts";

const key = (name: string): Key => ({ resource: "limitranges", namespace: "n", name });

test("ADM-READS: objects that plugins need are read in one call, and once", async () => {
  const calls: string[][] = [];
  const store = {
    async readMany(keys: readonly Key[]) {
      calls.push(keys.map(({ name }) => name));
      return keys.map(({ name }) => (name === "gone" ? undefined : ({ text: `{"kind":"LimitRange"}` } as Entry)));
    },
  } as unknown as StoreClient;
  const reads = new KeyedReads(store);
  await reads.prefetch([key("a"), key("gone"), key("a")]);
  expect([await reads.object(key("a")), await reads.object(key("gone"))]).toEqual([{ kind: "LimitRange" }, undefined]);
  await reads.prefetch([key("gone"), key("b")]);
  await reads.prefetch([]);
  expect(calls).toEqual([["a", "gone"], ["b"]]);
  const [one, other] = [await reads.object(key("b")), await reads.object(key("b"))];
  expect(one).not.toBe(other);
});
