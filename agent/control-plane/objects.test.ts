import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { NodeChange, NodeSync } from "../../api/node/node-sync.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { ObjectCache } from "./objects.ts";

const directory = temporaryDirectory();
afterEach(() => {
  for (const file of readdirSync(directory)) rmSync(join(directory, file));
});

const pod = (name: string, resourceVersion: number, type: NodeChange["type"] = "ADDED"): NodeChange => ({
  type,
  resource: "pods",
  object: { metadata: { namespace: "default", name, resourceVersion: String(resourceVersion) } },
});
const sync = (revision: number, changes: readonly NodeChange[], reset = false): NodeSync => ({
  type: "sync",
  revision,
  reset,
  changes,
});
const names = (cache: ObjectCache) => cache.pods().map(({ metadata }) => metadata.name);

describe("AGENT-OFFLINE: cached objects of a node", () => {
  it("are restored after a restart of the agent, up to the same revision", async () => {
    const cache = new ObjectCache(directory);
    cache.apply(sync(3, [pod("a", 1), pod("b", 2), pod("b", 3)]));
    cache.apply(sync(4, [pod("a", 4, "DELETED")]));
    await cache.close();
    const next = new ObjectCache(directory);
    expect([names(next), next.revision]).toEqual([["b"], 4]);
  });

  it("are restored whatever the length of their names", async () => {
    const cache = new ObjectCache(directory);
    const longest = "n".repeat(253);
    cache.apply(sync(3, [pod(longest, 1), pod("b", 2)]));
    await cache.close();
    const next = new ObjectCache(directory);
    expect([names(next).toSorted(), next.revision]).toEqual([["b", longest], 3]);
    next.apply(sync(4, [pod(longest, 4, "DELETED")]));
    await next.close();
    expect(names(new ObjectCache(directory))).toEqual(["b"]);
  });

  it("are gone with the file that has their name, however long that is", async () => {
    const name = "n".repeat(246 - "pods%20default%20".length);
    const { object } = pod(name, 1);
    writeFileSync(join(directory, `pods%20default%20${name}.json`), JSON.stringify(object));
    const cache = new ObjectCache(directory);
    cache.apply(sync(4, [pod("b", 2), pod(name, 4, "DELETED")]));
    await cache.close();
    expect(names(new ObjectCache(directory))).toEqual(["b"]);
  });

  it("are requested again if a cache file is corrupt", async () => {
    const cache = new ObjectCache(directory);
    cache.apply(sync(3, [pod("a", 1)]));
    await cache.close();
    const [file = ""] = readdirSync(directory).filter((name) => name.startsWith("pods"));
    writeFileSync(join(directory, file), '{"metadata":');
    expect(new ObjectCache(directory).revision).toBe(0);
  });

  it("LINK-LEVEL: are not overwritten by older versions that arrive late", async () => {
    const cache = new ObjectCache(directory);
    cache.apply(sync(5, [pod("a", 5)]));
    expect(cache.apply(sync(5, [pod("a", 4), pod("a", 3, "DELETED")]))).toEqual([]);
    expect(cache.apply(sync(6, [pod("b", 6)], true)).map(({ type }) => type)).toEqual(["DELETED", "ADDED"]);
    await cache.close();
  });

  it("LINK-BACK: are replaced by the older versions of a later snapshot: its log was rewound", async () => {
    const cache = new ObjectCache(directory);
    cache.apply(sync(9, [pod("a", 5), pod("b", 9)]));
    const applied = cache.apply(sync(20, [pod("a", 5), pod("b", 4)], true));
    expect(applied.map(({ object }) => object.metadata.name)).toEqual(["b"]);
    expect(cache.pods().map(({ metadata }) => metadata.resourceVersion)).toEqual(["5", "4"]);
    await cache.close();
  });

  it("LINK-BACK: are replaced by older versions once their revisions are forgotten", async () => {
    const cache = new ObjectCache(directory);
    cache.apply(sync(9, [pod("a", 5), pod("b", 9)]));
    cache.forgetRevisions();
    const applied = cache.apply(sync(4, [pod("a", 4)], true));
    expect(applied.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ["DELETED", "b"],
      ["ADDED", "a"],
    ]);
    expect([cache.revision, cache.pods()[0]?.metadata.resourceVersion]).toEqual([4, "4"]);
    await cache.close();
  });
});
