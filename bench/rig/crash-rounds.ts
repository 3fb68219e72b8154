/**
 * A control plane that is killed again and again (SIGKILL) while writers write and watchers watch. After each round
 * every acknowledged write must be there, no watcher may have missed or repeated an event, and the store must be
 * consistent; else it throws.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { controlPlaneFiles } from "../../cli/control-plane/control-plane-files.ts";
import { WorkerdProcess } from "../../cli/control-plane/workerd-process.ts";
import { Client } from "./client.ts";
import { configMap, configMaps, newNamespace } from "./objects.ts";
import type { Address } from "./target.ts";

export interface CrashOptions {
  /** Of a control plane that has run and no longer does. */
  readonly directory: string;
  readonly target: Address;
  readonly rounds: number;
  readonly writers: number;
  readonly watchers: number;
}

export interface CrashRound {
  readonly acknowledged: number;
  /** Milliseconds from the start of the process to the first answer. */
  readonly readyAfter: number;
}

interface Event {
  readonly revision: number;
  readonly value: string;
}

/** Objects per writer, which creates each and then changes them in turn. */
const OBJECTS = 20;
/** How long a round writes, in milliseconds: minimum and maximum. */
const WRITING = [200, 700] as const;
const PATIENCE = 30_000;

/** What one watcher has received, over all its connections. */
class Watcher {
  last = 0;
  count = 0;
  readonly #told = createHash("sha256");

  take(line: string, told: (event: Event) => void): void {
    const { type, object } = JSON.parse(line);
    if (type === "ERROR") throw new Error(`a watch was ended: ${line}`);
    const revision = Number(object.metadata.resourceVersion);
    if (revision <= this.last) throw new Error(`a watcher at ${this.last} was told ${revision} again`);
    this.last = revision;
    this.count++;
    const event = { revision, value: object.data?.value ?? "" };
    this.#told.update(`${revision} ${event.value}\n`);
    told(event);
  }

  /** Equal for watchers that received the same events. */
  get digest(): string {
    return `${this.count} ${this.#told.copy().digest("hex")}`;
  }
}

export async function* crashRounds({
  directory,
  target,
  rounds,
  ...clients
}: CrashOptions): AsyncGenerator<CrashRound, void> {
  const log = createWriteStream(`${directory}/crashes.log`);
  const witnesses = new Witnesses(clients.watchers);
  let path = "";
  let written = 0;
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    const workerd = new WorkerdProcess({ files: controlPlaneFiles(directory), log });
    await workerd.listening;
    const client = new Client(target, clients.writers + clients.watchers + 4);
    try {
      await until(() => answers(client, "/readyz"));
      const readyAfter = performance.now() - began;
      path ||= configMaps(await newNamespace(target));
      // A controller writes it into every new namespace; a watch that began earlier would receive one change more.
      await until(() => answers(client, `${path}/kube-root-ca.crt`));
      yield { acknowledged: await witnesses.check(client, { path, round }), readyAfter };
      if (round === rounds) return;

      let isWriting = true;
      const write = async (writer: number) => {
        for (let turn = 0; isWriting; turn++) {
          const name = `w${writer}-${turn % OBJECTS}`;
          const value = `${round}-${written++}`;
          const revision = await put(client, path, name, value).catch(() => undefined);
          if (revision) witnesses.acknowledge({ revision, value });
          else if (isWriting) await sleep(1);
        }
      };
      const writers = Array.from({ length: clients.writers }, (_, writer) => write(writer));
      await sleep(WRITING[0] + Math.random() * (WRITING[1] - WRITING[0]));
      workerd.kill();
      isWriting = false;
      await Promise.all(writers);
    } finally {
      workerd.kill();
      await workerd.ended;
      client.close();
      // Takes in what the killed server had sent before a request to the next one.
      await sleep(20);
    }
  }
}

/** What writers and watchers were told since the last check, all of which must be true after a crash. */
class Witnesses {
  readonly #watchers: readonly Watcher[];
  /** What the first watcher has received. */
  #told = new Map<number, string>();
  #acknowledged: Event[] = [];
  #failures: unknown[] = [];

  constructor(watchers: number) {
    this.#watchers = Array.from({ length: watchers }, () => new Watcher());
  }

  acknowledge(written: Event): void {
    this.#acknowledged.push(written);
  }

  /** Continues all watches; returns how many writes had been acknowledged. */
  async check(client: Client, { path, round }: { readonly path: string; readonly round: number }): Promise<number> {
    this.#failures = [];
    await Promise.all(this.#watchers.map((watcher) => this.#follow(watcher, client, path)));
    const { items } = JSON.parse((await client.ask({ path })).text);
    const newest = Math.max(
      0,
      ...items.map((item: { metadata: { resourceVersion: string } }) => Number(item.metadata.resourceVersion)),
    );
    await until(() => this.#watchers.every(({ last }) => last >= newest));
    if (this.#failures.length > 0) throw this.#failures[0];
    for (const { revision, value } of this.#acknowledged) {
      if (this.#told.get(revision) !== value)
        throw new Error(`round ${round}: the acknowledged write ${value} at ${revision} is lost`);
    }
    const different = new Set(this.#watchers.map(({ digest }) => digest));
    if (different.size > 1) throw new Error(`round ${round}: watchers were told different things: ${[...different]}`);
    const { faults } = JSON.parse((await client.ask({ path: "/sailplane/v1/store/check" })).text);
    if (faults.length > 0) throw new Error(`round ${round}: the store is not sound: ${faults.join("; ")}`);
    const acknowledged = this.#acknowledged.length;
    this.#told = new Map();
    this.#acknowledged = [];
    return acknowledged;
  }

  async #follow(watcher: Watcher, client: Client, path: string): Promise<void> {
    const isFirst = watcher === this.#watchers[0];
    watcher.last ||= Number(JSON.parse((await client.ask({ path: `${path}?limit=1` })).text).metadata.resourceVersion);
    await client.follow(`${path}?watch=true&resourceVersion=${watcher.last}`, (line) => {
      if (line === "") return;
      try {
        watcher.take(line, ({ revision, value }) => isFirst && this.#told.set(revision, value));
      } catch (error) {
        this.#failures.push(error);
      }
    });
  }
}

const answers = (client: Client, path: string): Promise<boolean> =>
  client.ask({ path }).then(
    () => true,
    () => false,
  );

/** Changes an object, or creates it; returns the revision. */
async function put(client: Client, path: string, name: string, value: string): Promise<number> {
  const data = { value };
  const headers = { "content-type": "application/merge-patch+json" };
  const { text } = await client
    .ask({ method: "PATCH", path: `${path}/${name}`, body: { data }, headers })
    .catch((error: Error) => {
      if (!error.message.includes(" 404 ")) throw error;
      return client.ask({ method: "POST", path, body: { ...configMap(name), data } });
    });
  return Number(JSON.parse(text).metadata.resourceVersion);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE / 1000} s: ${holds}`);
    await sleep(5);
  }
}
