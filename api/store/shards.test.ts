import { expect, test } from "vitest";
import { formatShards, parseShards, parseStoreName, portionsOf, shardName } from "./shards.ts";
import type { Write } from "./store.ts";

const LEASES = "leases.coordination.k8s.io";

test.each([
  [undefined, []],
  ["", []],
  ["events", ["events"]],
  [" leases, events,leases", ["events", LEASES]],
])("SHARD-SETTING: %j is parsed as %j", (setting, shards) => {
  expect(parseShards(setting)).toEqual(shards);
  expect(parseShards(formatShards(parseShards(setting)))).toEqual(shards);
});

test.each(["pods", "events,secrets", LEASES])("SHARD-SETTING: %j is refused", (setting) => {
  expect(() => parseShards(setting)).toThrow("only events and leases can");
});

test("a store object's name contains its cluster and its shard", () => {
  expect(parseStoreName(shardName("team", LEASES))).toEqual({ cluster: "team", shard: LEASES });
  expect(parseStoreName("team")).toEqual({ cluster: "team" });
});

test("SHARD-COMMIT: the main object's writes come first, and each result keeps its position", () => {
  const expecting = (resource: string, name: string): Write => ({
    op: "expect",
    key: { resource, namespace: "", name },
    exists: true,
  });
  const writes = [expecting("events", "a"), expecting("pods", "b"), expecting(LEASES, "c"), expecting("events", "d")];
  expect(portionsOf(writes, ["events"])).toEqual([
    { writes: [writes[1], writes[2]], places: [1, 2] },
    { shard: "events", writes: [writes[0], writes[3]], places: [0, 3] },
  ]);
  expect(portionsOf(writes, [])).toEqual([{ writes, places: [0, 1, 2, 3] }]);
  expect(portionsOf([], ["events"])).toEqual([]);
});
