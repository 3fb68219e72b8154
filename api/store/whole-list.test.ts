import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry, ListPage, ListRequest, Revision } from "./store.ts";
import { listWhole } from "./whole-list.ts";

const entry = (name: string): Entry => ({
  key: { resource: "configmaps", namespace: "n", name },
  revision: 1 as Revision,
  text: "{}",
  attributes: { labels: {}, fields: {} },
});

/** A store with `count` objects, whose answers end after `most` of them. */
function storeOf(count: number, most: number) {
  const requested: ListRequest[] = [];
  const names = Array.from({ length: count }, (_, i) => String(i).padStart(4, "0"));
  return {
    requested,
    async list(request: ListRequest) {
      requested.push(request);
      const rest = names.filter((name) => name > (request.after?.name ?? ""));
      const items = rest.slice(0, Math.min(request.limit ?? count, most)).map(entry);
      const last = items.at(-1)?.key;
      const remaining = rest.length - items.length;
      const page: ListPage = {
        revision: 7 as Revision,
        more: remaining > 0,
        remaining,
        ...(last ? { last } : {}),
        items,
      };
      return { ok: true as const, ...page };
    },
  };
}

test("STORE-LIST: a list is complete however short the store's answers are, and respects its limit", () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(40),
      fc.integer({ min: 1, max: 10 }),
      fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      async (count, most, limit) => {
        const store = storeOf(count, most);
        const page = await listWhole(store, { resource: "configmaps", ...(limit ? { limit } : {}) });
        const wanted = Math.min(count, limit ?? count);
        expect(page).toMatchObject({ ok: true, revision: 7, more: wanted < count, remaining: count - wanted });
        expect(page.ok && page.items.map(({ key }) => Number(key.name))).toEqual(
          Array.from({ length: wanted }, (_, i) => i),
        );
        expect(store.requested.slice(1).every(({ at }) => at === 7)).toBe(true);
      },
    ),
  ));
