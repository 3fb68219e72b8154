/** The watch contract of every store. */
import { describe, expect, test } from "vitest";
import type { Revision, WatchRequest } from "../../api/store/store.ts";
import {
  type Bytes,
  bare,
  create,
  done,
  events,
  has,
  key,
  labelled,
  must,
  type OpenStore,
  remove,
  replace,
  textOf,
  watchOf,
  whole,
  windowOf,
} from "./store-under-test.ts";

export function watchContract(title: string, open: OpenStore): void {
  describe(`${title}: watch`, () => {
    test("WATCH-RESUME: sends history after a revision, then new changes, each once and in order", async () => {
      const store = open();
      await done(store, create(key("before")));
      const since = (await store.status()).revision;
      await done(store, create(key("a")), create(key("x", "default", "gadgets")), replace(key("a")));
      const { stream } = must(await store.watch(watchOf({ since })));
      const read = events(stream, 6);
      await done(store, remove(key("a")), create(key("b")));
      await Promise.all(["c", "d"].map((name) => done(store, create(key(name)))));
      expect(await read).toEqual(["ADDED a@3", "MODIFIED a@5", "DELETED a@6", "ADDED b@7", "ADDED c@8", "ADDED d@9"]);
    });

    test("WATCH-START: without a revision the current state comes first", async () => {
      const store = open();
      await done(store, create(key("b")), create(key("a")));
      const read = events(must(await store.watch(watchOf())).stream, 3);
      await done(store, create(key("c")));
      expect(await read).toEqual(["ADDED a@3", "ADDED b@2", "ADDED c@4"]);
    });

    test("WATCH-INITIAL: a streaming list ends with an annotated bookmark, even if empty", async () => {
      const store = open();
      await done(store, create(key("a")));
      const initial = { sendInitialEvents: true, bookmarks: true } as const;
      expect(await events(must(await store.watch(watchOf(initial))).stream, 2)).toEqual([
        "ADDED a@2",
        "BOOKMARK @2 end",
      ]);
      const none = watchOf({ ...initial, requirements: [has("no", "such")] });
      expect(await events(must(await store.watch(none)).stream, 1)).toEqual(["BOOKMARK @2 end"]);
    });

    test("WATCH-INITIAL: the state is refused if it has not reached the revision that was asked for", async () => {
      const store = open();
      await done(store, create(key("a")));
      const from = (notOlderThan: number) =>
        store.watch(watchOf({ sendInitialEvents: true, notOlderThan: notOlderThan as Revision }));
      expect(await from(3)).toEqual({ ok: false, reason: "future", revision: 2 });
      expect(await events(must(await from(1)).stream, 1)).toEqual(["ADDED a@2"]);
      expect(await events(must(await from(2)).stream, 1)).toEqual(["ADDED a@2"]);
    });

    test("WATCH-SELECT: an object that starts or stops matching is ADDED or DELETED, live and in history", async () => {
      const store = open();
      const at = (x: string) => labelled({ x });
      const request = watchOf({ since: (await store.status()).revision, requirements: [has("x", "1")] });
      const live = events(must(await store.watch(request)).stream, 5);
      await done(store, create(key("a"), at("0")));
      for (const x of ["1", "1", "2", "1"]) await done(store, replace(key("a"), at(x), x));
      await done(store, remove(key("a")));
      const expected = ["ADDED a@3", "MODIFIED a@4", "DELETED a@5", "ADDED a@6", "DELETED a@7"];
      expect(await live).toEqual(expected);
      expect(await events(must(await store.watch(request)).stream, 5)).toEqual(expected);
    });

    test("WATCH-SELECT: an object that stops matching is sent in its last matching state", async () => {
      const store = open();
      const since = await done(store, create(key("a"), labelled({ x: "1" }), "matched"));
      await done(store, replace(key("a"), bare, "not"));
      const { stream } = must(await store.watch(watchOf({ since, requirements: [has("x", "1")] })));
      const reader = (stream as Bytes).getReader();
      const line = new TextDecoder().decode((await reader.read()).value);
      await reader.cancel();
      expect(line).toBe(`{"type":"DELETED","object":${textOf(key("a"), "matched").replace('""', '"3"')}}\n`);
    });

    test.each<[string, Partial<WatchRequest>, string[]]>([
      ["a namespace", { namespace: "ns1" }, ["ADDED a@2", "ADDED b@3", "MODIFIED a@5"]],
      ["a name", { namespace: "ns1", name: "a" }, ["ADDED a@2", "MODIFIED a@5"]],
      ["a name in all namespaces", { name: "a" }, ["ADDED a@2", "ADDED a@4", "MODIFIED a@5"]],
      [
        "a node",
        { requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: ["n1"] }] },
        ["ADDED b@3", "ADDED a@5"],
      ],
      [
        "no node",
        { requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: [""] }] },
        ["ADDED a@2", "ADDED a@4", "DELETED a@5"],
      ],
    ])("WATCH-GROUP: a watch of %s gets its own events, live and in history", async (_, wanted, expected) => {
      const store = open();
      const request = watchOf({ since: 1 as Revision, ...wanted });
      const live = events(must(await store.watch(request)).stream, expected.length);
      const onNode = labelled({}, { "spec.nodeName": "n1" });
      await done(store, create(key("a", "ns1")), create(key("b", "ns1"), onNode), create(key("a", "ns2")));
      await done(store, replace(key("a", "ns1"), onNode), create(key("a", "ns1", "gadgets")));
      expect(await live).toEqual(expected);
      expect(await events(must(await store.watch(request)).stream, expected.length)).toEqual(expected);
    });

    test("WATCH-END: an idle watch ends at its timeout", async () => {
      const store = open();
      const since = (await store.status()).revision;
      expect(await events(must(await store.watch(watchOf({ since, timeoutSeconds: 0.2 }))).stream, 1)).toEqual([]);
    });

    test("WATCH-BOOKMARK: a bookmark comes before the end, at a revision up to which everything was sent", async () => {
      const store = open();
      await done(store, create(key("other", "", "gadgets")));
      const request = watchOf({ since: 1 as Revision, bookmarks: true, timeoutSeconds: 2.2 });
      expect(await events(must(await store.watch(request)).stream, 2)).toEqual(["BOOKMARK @2"]);
    });

    test("FAIR-WATCH: a client is limited to its share of watches, and all clients to the total; a closed watch makes room", async () => {
      const store = open();
      const of = (name: string, most?: number) =>
        store.watch(watchOf({ since: 1 as Revision, share: { holder: { name, most: 2 }, ...(most && { most }) } }));
      const first = must(await of("ann"));
      must(await of("ann"));
      expect(await of("ann")).toEqual({ ok: false, reason: "too-many" });
      must(await of("bob"));
      expect(await of("bob", 3)).toEqual({ ok: false, reason: "too-many" });
      must(await store.watch(watchOf({ since: 1 as Revision })));
      await (first.stream as Bytes).getReader().cancel();
      await expect.poll(async () => (await of("ann")).ok).toBe(true);
    });

    test("WATCH-SLOW: a client that reads its initial state so slowly that it is compacted gets an Expired error", async () => {
      const store = open();
      const body = "x".repeat(100_000);
      await done(store, ...Array.from({ length: 20 }, (_, i) => create(key(`p${i + 10}`), bare, body)));
      const { stream } = must(await store.watch(watchOf()));
      await done(store, ...Array.from({ length: 20 }, (_, i) => replace(key(`p${i + 10}`))));
      await store.compact(windowOf(0));
      expect((await whole(stream)).trim().split("\n").at(-1)).toMatch(
        /^{"type":"ERROR",.*"reason":"Expired","code":410}}$/,
      );
    });

    test("WATCH-SLOW: a client that falls behind misses nothing when it reads again", async () => {
      const store = open();
      const { stream } = must(await store.watch(watchOf({ since: 1 as Revision })));
      const body = "x".repeat(100_000);
      for (let i = 0; i < 20; i++) await done(store, create(key(`p${i}`), bare, body));
      const told = await events(stream, 20);
      expect(told).toEqual(Array.from({ length: 20 }, (_, i) => `ADDED p${i}@${i + 2}`));
    });
  });
}
