import { expect, test } from "vitest";
import { textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { LogFollower } from "./log-follower.ts";

const CONFIG_MAPS = "configmaps";
const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
const GADGETS = "gadgets.example.com";
const builtIns = [
  { resource: CONFIG_MAPS, apiVersion: "v1", kind: "ConfigMap", scope: "Namespaced" },
  { resource: DEFINITIONS, apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", scope: "Cluster" },
] as const;

async function create(store: MemoryStore, resource: GroupResource, object: KubeObject): Promise<void> {
  const { namespace = "", name = "" } = object.metadata;
  const key = { resource, namespace, name };
  const attributes = { labels: {}, fields: {} };
  await store.commit({ writes: [{ op: "create", key, text: textWithoutRevision(object), attributes }] });
}

const configMap = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "ns", name, uid: `uid-${name}` },
});

const gadget = (name: string): KubeObject => ({
  apiVersion: "example.com/v1",
  kind: "Gadget",
  metadata: { namespace: "ns", name, uid: `uid-${name}` },
});

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: GADGETS, uid: "uid-definition" },
  spec: {
    group: "example.com",
    names: { plural: "gadgets", kind: "Gadget" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true }],
  },
};

/** A follower of a store in memory; as long as `failing` names one of the store's methods, calls of that fail. */
function followed() {
  const store = new MemoryStore();
  const at = { store, failing: undefined as "texts" | "list" | undefined, pages: 0, shard: new MemoryStore() };
  const fail = (method: "texts" | "list") => {
    if (at.failing === method && at.pages-- <= 0) throw new Error("the store is restarting");
  };
  const reader = {
    status: () => store.status(),
    list: async (request: Parameters<MemoryStore["list"]>[0]) => {
      fail("list");
      return store.list(request);
    },
    texts: async (request: Parameters<MemoryStore["texts"]>[0]) => {
      fail("texts");
      return store.texts(request);
    },
  };
  const follower = new LogFollower({ store: reader }, [CONFIG_MAPS, GADGETS], builtIns);
  return Object.assign(at, { follower });
}

const namesOf = (applied: Awaited<ReturnType<LogFollower["catchUp"]>>) =>
  applied.map(({ object }) => object.metadata.name);

test("CTL-LEVEL: changes that were read before the store failed are reported by the next attempt", async () => {
  const at = followed();
  await at.follower.catchUp();
  const names = Array.from({ length: 201 }, (_, i) => `c${i}`);
  for (const name of names) await create(at.store, CONFIG_MAPS, configMap(name));
  Object.assign(at, { failing: "texts", pages: 1 });
  await expect(at.follower.catchUp()).rejects.toThrow("restarting");
  at.failing = undefined;
  expect(namesOf(await at.follower.catchUp())).toEqual(names);
  expect(await at.follower.catchUp()).toEqual([]);
});

test("CTL-LEVEL: the first load is reported even if the store fails at its end", async () => {
  const at = followed();
  await create(at.store, CONFIG_MAPS, configMap("a"));
  Object.assign(at, { failing: "texts", pages: 0 });
  await expect(at.follower.catchUp()).rejects.toThrow("restarting");
  at.failing = undefined;
  expect(namesOf(await at.follower.catchUp())).toEqual(["a"]);
});

test("CTL-LEVEL: the objects of a new custom kind are loaded even if the store fails at first", async () => {
  const at = followed();
  await at.follower.catchUp();
  // Not followed yet when it is written.
  await create(at.store, GADGETS, gadget("early"));
  await create(at.store, DEFINITIONS, definition);
  Object.assign(at, { failing: "list", pages: 0 });
  await expect(at.follower.catchUp()).rejects.toThrow("restarting");
  at.failing = undefined;
  expect(namesOf(await at.follower.catchUp())).toEqual([GADGETS, "early"]);
  expect(at.follower.snapshot?.get(GADGETS, "ns", "early")).toBeDefined();
});
