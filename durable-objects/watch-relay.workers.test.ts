/** Many more watches of a cluster than its store holds itself: WATCHES_PER_OBJECT is 30 here (vitest.config.ts). */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { LineSplitter } from "../api/line-splitter.ts";
import { baseOf, CLUSTER_STORE, call, createCluster, outside } from "../test/workers/api-under-test.ts";
import type { Env } from "../worker/env.ts";
import type { WatchRelay } from "./watch-relay.ts";

const { WATCH_RELAY } = env as Env;

/** A client that resumes where its stream broke off. */
class Informer {
  readonly told: string[] = [];
  connections = 0;
  #since: string;
  #stopped = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(
    readonly url: string,
    readonly token: string,
    since: string,
  ) {
    this.#since = since;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const response = await outside
        .fetch(`${this.url}?watch=true&resourceVersion=${this.#since}`, {
          headers: { Authorization: `Bearer ${this.token}` },
        })
        .catch(() => undefined);
      if (response?.ok && response.body) {
        this.connections++;
        this.#reader = response.body.getReader();
        await this.#read(this.#reader).catch(() => {});
      } else await response?.body?.cancel();
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const splitter = new LineSplitter(new TextDecoder());
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const line of splitter.push(value)) {
        if (line === "") continue;
        const { type, object } = JSON.parse(line);
        this.told.push(`${type} ${object.metadata.name}`);
        this.#since = object.metadata.resourceVersion;
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reader?.cancel().catch(() => {});
  }
}

async function clusterWith(name: string, watches: number) {
  const { token } = (await createCluster(name)).object;
  const url = `${baseOf(name)}/api/v1/namespaces/watched/configmaps`;
  await call(`${baseOf(name)}/api/v1/namespaces`, { token, body: { metadata: { name: "watched" } } });
  // The config map that every namespace gets.
  await vi.waitFor(async () => expect((await call(`${url}/kube-root-ca.crt`, { token })).code).toBe(200), 10_000);
  const since = (await call(url, { token })).object.metadata.resourceVersion ?? "";
  const informers = Array.from({ length: watches }, () => new Informer(url, token, since));
  for (const informer of informers) void informer.run();
  await vi.waitFor(() => expect(informers.every(({ connections }) => connections > 0)).toBe(true), 20_000);
  return {
    informers,
    write: (named: string) => call(url, { token, body: { metadata: { name: named } } }),
    stop: () => Promise.all(informers.map((informer) => informer.stop())),
  };
}

const heldBy = (cluster: string, relay: number) =>
  runInDurableObject(WATCH_RELAY.getByName(`${cluster}#${relay}`), (instance: WatchRelay) => instance.size);
const heldByStore = (cluster: string) =>
  runInDurableObject(CLUSTER_STORE.getByName(cluster), async (instance) => instance.watches());

test("RELAY-CARRY: the store serves watches up to its limit, relays the rest, and all receive the same events", async () => {
  const { informers, write, stop } = await clusterWith("relayed", 100);
  expect(await heldByStore("relayed")).toBe(30);
  const held = [await heldBy("relayed", 0), await heldBy("relayed", 1), await heldBy("relayed", 2)];
  expect(held.reduce((sum, watches) => sum + watches)).toBe(70);
  // Watches may still be sent to a relay while its report of how many it has is under way.
  expect(held.filter((watches) => watches > 0).length).toBeGreaterThan(1);
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  for (const name of names) await write(name);
  const expected = names.map((name) => `ADDED ${name}`);
  await vi.waitFor(() => expect(informers.map(({ told }) => told)).toEqual(informers.map(() => expected)), 20_000);
  expect(informers.every(({ connections }) => connections === 1)).toBe(true);
  await stop();
  // Nothing is left that would keep any of them awake.
  await vi.waitFor(async () => {
    expect([await heldByStore("relayed"), await heldBy("relayed", 0), await heldBy("relayed", 1)]).toEqual([0, 0, 0]);
  }, 30_000);
});

test("RELAY-KILLED: clients of a lost relay resume without missed or repeated events", {
  timeout: 60_000,
}, async () => {
  const { informers, write, stop } = await clusterWith("killed", 70);
  const names: string[] = [];
  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) {
      await write(`c${i}`);
      names.push(`c${i}`);
      // All of it is one thread: timers fire when nothing else is left to do.
      await new Promise((resume) => setTimeout(resume, 10));
    }
  })();
  for (const relay of [0, 1, 0]) {
    await new Promise((resume) => setTimeout(resume, 150));
    await runInDurableObject(WATCH_RELAY.getByName(`killed#${relay}`), (_, state) => state.abort("killed")).catch(
      () => {},
    );
  }
  await new Promise((resume) => setTimeout(resume, 150));
  writing = false;
  await writer;
  const expected = names.map((name) => `ADDED ${name}`);
  await vi.waitFor(() => expect(informers.map(({ told }) => told)).toEqual(informers.map(() => expected)), 30_000);
  expect(informers.filter(({ connections }) => connections > 1).length).toBeGreaterThan(20);
  await stop();
});

test("RELAY-AGAIN: a relay continues from its position when its store restarts", { timeout: 60_000 }, async () => {
  const { informers, write, stop } = await clusterWith("begun", 70);
  await write("before");
  await runInDurableObject(CLUSTER_STORE.getByName("begun"), (_, state) => state.abort("killed")).catch(() => {});
  await vi.waitFor(async () => expect((await write("after")).code).toBe(201), 10_000);
  const expected = ["ADDED before", "ADDED after"];
  await vi.waitFor(() => expect(informers.map(({ told }) => told)).toEqual(informers.map(() => expected)), 30_000);
  // Those on relays did not notice.
  expect(informers.filter(({ connections }) => connections === 1).length).toBeGreaterThanOrEqual(40);
  await stop();
});
