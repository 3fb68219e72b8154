/** The read and list contract of every store. */
import { describe, expect, test } from "vitest";
import type { Attributes, Requirement } from "../../api/machinery/selectors/requirement.ts";
import type { Key, ListHead } from "../../api/store/store.ts";
import {
  bare,
  create,
  done,
  has,
  key,
  labelled,
  must,
  names,
  type OpenStore,
  remove,
  replace,
  type StoreUnderTest,
  whole,
  windowOf,
} from "./store-under-test.ts";

export function listContract(title: string, open: OpenStore): void {
  describe(`${title}: list`, () => {
    const order = [
      key("b", "ns1"),
      key("a", "ns2"),
      key("a", "ns1"),
      key("c", "ns1"),
      key("a", "ns"),
      key("other", "ns1", "gadgets"),
    ];
    const sorted = ["ns/a", "ns1/a", "ns1/b", "ns1/c", "ns2/a"];

    test.each<[string, Omit<Parameters<StoreUnderTest["list"]>[0], "resource">, string[], Partial<ListHead>]>([
      ["everything in key order", {}, sorted, { more: false, remaining: 0 }],
      ["one namespace", { namespace: "ns1" }, ["ns1/a", "ns1/b", "ns1/c"], { more: false }],
      ["one name in all namespaces", { name: "a" }, ["ns/a", "ns1/a", "ns2/a"], { more: false }],
      [
        "a page and what remains",
        { limit: 2 },
        ["ns/a", "ns1/a"],
        { more: true, remaining: 3, last: { namespace: "ns1", name: "a" } },
      ],
      [
        "the next page",
        { limit: 2, after: { namespace: "ns1", name: "a" } },
        ["ns1/b", "ns1/c"],
        { more: true, remaining: 1 },
      ],
      ["the last page", { limit: 2, after: { namespace: "ns1", name: "c" } }, ["ns2/a"], { more: false, remaining: 0 }],
      ["a page that is just full", { limit: 3, namespace: "ns1" }, ["ns1/a", "ns1/b", "ns1/c"], { more: false }],
      [
        "after a key that is not there",
        { after: { namespace: "ns1", name: "bb" } },
        ["ns1/c", "ns2/a"],
        { more: false },
      ],
    ])("STORE-LIST: %s", async (_, request, expected, head) => {
      const store = open();
      await done(store, ...order.map((of) => create(of)));
      const page = must(await store.list({ resource: "things", ...request }));
      expect(names(page)).toEqual(expected);
      expect(page).toMatchObject({ revision: 7, ...head });
      const streamed = must(
        await store.listStream({
          resource: "things",
          ...request,
          items: { dropPrefix: '{"kind":"Thing","apiVersion":"v1",' },
        }),
      );
      expect(streamed.head).toMatchObject({ revision: 7, ...head });
      const items = JSON.parse(`[${await whole(streamed.body)}]`);
      expect(items.map((item: { metadata: Key }) => `${item.metadata.namespace}/${item.metadata.name}`)).toEqual(
        expected,
      );
      expect(items.every((item: object) => !("kind" in item))).toBe(true);
    });

    const objects: [string, Attributes][] = [
      ["web-1", labelled({ app: "web", rank: "10" }, { "spec.nodeName": "n1" })],
      ["web-2", labelled({ app: "web" }, { "status.phase": "Running" })],
      ["db", labelled({ app: "db", 'quo"te': "ä", rank: "9" }, { "spec.nodeName": "n2" })],
      ["bare", bare],
    ];
    const clause = (
      of: "label" | "field",
      at: string,
      operator: Requirement["operator"],
      ...values: string[]
    ): Requirement => ({
      of,
      key: at,
      operator,
      values,
    });
    test.each<[Requirement[], string[]]>([
      [[clause("label", "app", "in", "web")], ["web-1", "web-2"]],
      [[clause("label", "app", "in", "web", "db")], ["db", "web-1", "web-2"]],
      [[clause("label", "app", "notin", "web")], ["bare", "db"]],
      [[clause("label", "app", "exists")], ["db", "web-1", "web-2"]],
      [[clause("label", "app", "absent")], ["bare"]],
      [[clause("label", "rank", "gt", "9")], ["web-1"]],
      [[clause("label", "rank", "lt", "10")], ["db"]],
      [[clause("label", 'quo"te', "in", "ä")], ["db"]],
      [[clause("label", "app", "in", "web"), clause("field", "spec.nodeName", "in", "n1")], ["web-1"]],
      [[clause("field", "spec.nodeName", "in", "")], ["bare", "web-2"]],
      [[clause("field", "spec.nodeName", "notin", "n1")], ["bare", "db", "web-2"]],
      [[clause("field", "metadata.name", "in", "db")], ["db"]],
      [[clause("label", "n1", "exists")], []],
    ])("STORE-SELECT: %j selects %j", async (requirements, expected) => {
      const store = open();
      await done(store, ...objects.map(([name, attributes]) => create(key(name), attributes)));
      const page = must(await store.list({ resource: "things", requirements }));
      expect(page.items.map((item) => item.key.name)).toEqual(expected);
    });

    test("STORE-LIST: a page with a selector has no remaining count, and says that more follows while keys are left", async () => {
      const store = open();
      await done(store, ...objects.map(([name, attributes]) => create(key(name), attributes)));
      const page = must(await store.list({ resource: "things", requirements: [has("app", "db")], limit: 1 }));
      expect([names(page), page.more, page.remaining]).toEqual([["default/db"], true, undefined]);
    });

    test("STORE-AT: pages at a revision show the state at that revision, despite later writes", async () => {
      const store = open();
      const at = await done(store, ...["a", "b", "c", "d", "e"].map((name) => create(key(name), labelled({ name }))));
      await done(
        store,
        remove(key("a")),
        replace(key("c"), labelled({ name: "new" })),
        create(key("bb")),
        remove(key("d")),
        create(key("d")),
      );
      await done(store, remove(key("e")), replace(key("c")), remove(key("bb")));
      const first = must(await store.list({ resource: "things", at, limit: 2 }));
      expect([names(first), first.remaining, first.revision]).toEqual([["default/a", "default/b"], 3, at]);
      const rest = must(await store.list({ resource: "things", at, ...(first.last && { after: first.last }) }));
      expect([names(rest), rest.remaining]).toEqual([["default/c", "default/d", "default/e"], 0]);
      expect(rest.items.every(({ revision }) => revision <= at)).toBe(true);
      expect(names(must(await store.list({ resource: "things", at, requirements: [has("name", "c")] })))).toEqual([
        "default/c",
      ]);
      expect(must(await store.read({ key: key("c"), at })).entry?.attributes.labels).toEqual({ name: "c" });
      expect(must(await store.read({ key: key("bb"), at })).entry).toBeUndefined();
      expect(names(must(await store.list({ resource: "things" })))).toEqual(["default/b", "default/c", "default/d"]);
    });

    test("STORE-STREAM: an open stream shows the state at its start, despite later writes and compaction", async () => {
      const store = open();
      const body = "x".repeat(100_000);
      await done(store, ...Array.from({ length: 20 }, (_, i) => create(key(`p${i + 10}`), bare, body)));
      const { body: list } = must(await store.listStream({ resource: "things" }));
      await done(store, ...Array.from({ length: 20 }, (_, i) => remove(key(`p${i + 10}`))));
      await store.compact(windowOf(0));
      expect(JSON.parse(`[${await whole(list)}]`)).toHaveLength(20);
      await store.compact(windowOf(0));
      expect((await store.status()).oldest).toBe(41);
      expect((await store.check()).faults).toEqual([]);
    });

    test("STORE-LIST: an answer that is built in memory ends early, and the next one continues after its last object", async () => {
      const store = open();
      const body = "x".repeat(1_000_000);
      for (let i = 10; i < 22; i++) await done(store, create(key(`p${i}`), bare, body));
      const first = must(await store.list({ resource: "things" }));
      expect(first.more).toBe(true);
      const rest = must(await store.list({ resource: "things", ...(first.last && { after: first.last }) }));
      expect([first.items.length + rest.items.length, first.remaining, rest.more]).toEqual([
        12,
        rest.items.length,
        false,
      ]);
      const short = must(await store.list({ resource: "things", length: 1_500_000 }));
      expect([short.items.length, short.more, short.remaining]).toEqual([2, true, 10]);
    });
  });
}
