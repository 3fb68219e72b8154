import { expect, test, vi } from "vitest";
import { INGRESS_CONTROLLER } from "../../api/public-host.ts";
import type { Write } from "../../api/store/store.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { ServedIngresses } from "./served-ingresses.ts";

const written = (resource: string, name: string, spec: object, op: "create" | "replace" = "create"): Write => ({
  op,
  key: { resource: `${resource}.networking.k8s.io`, namespace: resource === "ingresses" ? "n" : "", name },
  text: JSON.stringify({ metadata: { name, resourceVersion: "" }, spec }),
  attributes: { labels: {}, fields: {} },
});
const ingressOf = (name: string, ingressClassName: string, op?: "replace") =>
  written("ingresses", name, { ingressClassName }, op);
const classOf = (name: string, controller: string, op?: "replace") =>
  written("ingressclasses", name, { controller }, op);

function open() {
  const store = new MemoryStore();
  const served = new ServedIngresses();
  const names = async () => (await served.current(store)).map(({ metadata }) => metadata.name);
  return { store, served, names };
}

test("INGRESS-CLASS: Ingresses of own classes are served, as of the last write", async () => {
  const { store, names } = open();
  await store.commit({
    writes: [
      classOf("own", INGRESS_CONTROLLER),
      classOf("nginx", "k8s.io/nginx"),
      ingressOf("a", "own"),
      ingressOf("b", "nginx"),
    ],
  });
  expect(await names()).toEqual(["a"]);
  await store.commit({ writes: [ingressOf("b", "own", "replace"), ingressOf("c", "later")] });
  expect(await names()).toEqual(["a", "b"]);
  await store.commit({ writes: [classOf("later", INGRESS_CONTROLLER), classOf("own", "another", "replace")] });
  expect(await names()).toEqual(["c"]);
  await store.commit({ writes: [{ op: "delete", key: ingressOf("c", "").key }] });
  expect(await names()).toEqual([]);
});

test("INGRESS-ONCE: they are parsed once for each write of theirs, whatever else is written", async () => {
  const { store, served } = open();
  await store.commit({ writes: [classOf("own", INGRESS_CONTROLLER), ingressOf("a", "own")] });
  const lists = vi.spyOn(store, "list");
  const first = await served.current(store);
  const listed = lists.mock.calls.length;
  await store.commit({ writes: [written("networkpolicies", "p", {})] });
  expect(await served.current(store)).toBe(first);
  await store.commit({ writes: [ingressOf("b", "own")] });
  const second = await served.current(store);
  expect([second.length, second[0]]).toEqual([2, first[0]]);
  expect(lists).toHaveBeenCalledTimes(listed);
});

test("INGRESS-ONCE: requests at the same time see at least what was written before them", async () => {
  const { store, served, names } = open();
  await store.commit({ writes: [classOf("own", INGRESS_CONTROLLER), ingressOf("a", "own")] });
  const before = served.current(store);
  await store.commit({ writes: [ingressOf("b", "own")] });
  expect(await Promise.all([names(), names()])).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
  expect((await before).length).toBeGreaterThan(0);
});

test("INGRESS-ONCE: what the log no longer has is read anew", async () => {
  const { store, names } = open();
  await store.commit({ writes: [classOf("own", INGRESS_CONTROLLER), ingressOf("a", "own")] });
  expect(await names()).toEqual(["a"]);
  await store.commit({ writes: [ingressOf("b", "own"), { op: "delete", key: ingressOf("a", "").key }] });
  vi.spyOn(store, "texts").mockResolvedValueOnce({ ok: false, reason: "compacted", revision: 3 } as never);
  expect(await names()).toEqual(["b"]);
});
