import { expect, test } from "vitest";
import type { Write } from "../../../api/store/store.ts";
import { MemoryStore } from "../../../durable-objects/store/memory-store.ts";
import { OWNERS, preservingOwners } from "./preserved-owners.ts";

const attributes = { labels: {}, fields: {} };
const keyOf = (resource: string, name: string) => ({ resource, namespace: "", name });
const create = (resource: string, name: string, said: string): Write => ({
  op: "create",
  key: keyOf(resource, name),
  text: `{"kind":"K","apiVersion":"sailplane.dev/v1","metadata":{"name":"${name}","resourceVersion":""},"said":"${said}"}`,
  attributes,
});

async function stateOf(store: MemoryStore, resources: readonly string[]) {
  const pages = await Promise.all(resources.map((resource) => store.list({ resource })));
  return pages
    .flatMap((page) => (page.ok ? page.items : []))
    .map(({ text }) => {
      const { metadata, said } = JSON.parse(text) as { metadata: { name: string }; said: string };
      return `${metadata.name} ${said}`;
    });
}

test("BACKUP-LEFT-OUT: a cluster that is restored to an earlier time keeps its limits, its administrator and its nodes' credentials", async () => {
  const [settings, clusters, credentials] = OWNERS;
  const present = new MemoryStore();
  await present.commit({
    writes: [
      create(settings, "self", "limited"),
      create(credentials, "joined-since", "a"),
      create(credentials, "renewed", "new"),
      create(clusters, "made-since", "there"),
      create("configmaps", "m", "new"),
    ],
  });
  const past = new MemoryStore();
  await past.commit({
    writes: [
      create("configmaps", "m", "old"),
      create(settings, "self", "unlimited"),
      create(credentials, "renewed", "old"),
      create(credentials, "left-since", "b"),
      create(clusters, "deleted-since", "there"),
    ],
  });
  let store = present;
  await preservingOwners(
    () => store,
    async () => {
      store = past;
    },
  );
  expect(await stateOf(store, OWNERS)).toEqual(await stateOf(present, OWNERS));
  expect(await stateOf(store, ["configmaps"])).toEqual(["m old"]);
  const { revision, policyRevision } = await store.status();
  expect(policyRevision).toBe(revision);
});

test("an earlier state with the same owner and nodes is not changed", async () => {
  const store = new MemoryStore();
  await store.commit({ writes: [create(OWNERS[0], "self", "limited")] });
  const { revision } = await store.status();
  await preservingOwners(
    () => store,
    async () => {},
  );
  expect((await store.status()).revision).toBe(revision);
});
