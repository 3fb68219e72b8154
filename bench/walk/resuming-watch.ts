/**
 * A watch of one resource that continues at its last revision whenever it breaks. It must never have to list again, and
 * no event may come twice, out of order, or about an object that it contradicts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, keyOf } from "../../test/history/cluster-state.ts";
import { Client } from "../rig/client.ts";
import type { Address } from "../rig/target.ts";
import { pathOf } from "./walk-client.ts";

export interface WatchOptions {
  readonly resource: GroupResource;
  /** Selectors. */
  readonly query?: string;
  readonly accept?: string;
  /** Absent: the one in which it is stored. */
  readonly version?: string;
  /** How long to wait after each event (ms), for clients that are slow. */
  readonly delay?: () => number;
  readonly changed?: (change: Change) => void;
  readonly failed: (problem: string) => void;
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: Stored<KubeObject>;
}

export class ResumingWatch {
  readonly options: WatchOptions;
  /** What there was at the beginning. */
  initial: readonly Stored<KubeObject>[] = [];
  /** The revision of the list. */
  began = 0;
  /** Type, revision and key of each event. */
  readonly events: string[] = [];
  #revision = 0;
  readonly #uids = new Map<string, string>();
  readonly #client: Client;
  #stopped = false;

  constructor(target: Address, options: WatchOptions) {
    this.#client = new Client(target, 2);
    this.options = options;
  }

  /** Resolves with the list; the events follow. */
  async start(): Promise<void> {
    const { resource, query = "", accept, version } = this.options;
    const headers = accept === undefined ? {} : { accept: accept.replace("Metadata;", "MetadataList;") };
    const { text } = await this.#client.ask({
      path: pathOf({ resource, ...(version && { version }), query }),
      headers,
    });
    const list = JSON.parse(text);
    const kind = list.kind.replace(/List$/, "");
    // An empty list of metadata has no items, in Kubernetes, too.
    this.initial = (list.items ?? []).map((item: KubeObject) => ({ kind, apiVersion: list.apiVersion, ...item }));
    this.#revision = this.began = Number(list.metadata.resourceVersion);
    for (const item of this.initial) this.#uids.set(keyOf(item), item.metadata.uid);
    void this.#follow();
  }

  get revision(): number {
    return this.#revision;
  }

  cut(): void {
    this.#client.cut();
  }

  stop(): void {
    this.#stopped = true;
    this.#client.cut();
    this.#client.close();
  }

  async #follow(): Promise<void> {
    const { resource, query, accept, version, delay } = this.options;
    while (!this.#stopped) {
      const from = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.#revision}`;
      const path = pathOf({ resource, ...(version && { version }), query: query ? `${query}&${from}` : from });
      try {
        for await (const line of this.#client.lines({ path, headers: accept === undefined ? {} : { accept } })) {
          if (line !== "") this.#take(JSON.parse(line));
          if (delay) await sleep(delay());
        }
      } catch (error) {
        if (/: (400|403|406|410)$/.test(String(error))) this.#fail(String(error));
      }
      await sleep(20);
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === "ERROR") {
      this.#fail(JSON.stringify(object));
      return;
    }
    const revision = Number(object.metadata.resourceVersion);
    if (type === "BOOKMARK") {
      if (revision < this.#revision) this.#fail(`a bookmark at ${revision} after ${this.#revision}`);
      this.#revision = revision;
      return;
    }
    const key = keyOf(object);
    const known = this.#uids.get(key);
    const what = `${type} ${key} at ${revision}`;
    if (revision <= this.#revision) this.#fail(`${what} after ${this.#revision}`);
    if (type === "ADDED" ? known !== undefined : known !== object.metadata.uid)
      this.#fail(`${what} of ${object.metadata.uid}, which was ${known ?? "not there"}`);
    if (type === "DELETED") this.#uids.delete(key);
    else this.#uids.set(key, object.metadata.uid);
    this.#revision = revision;
    this.events.push(`${type} ${revision} ${key}`);
    this.options.changed?.({ resource: this.options.resource, type, object, revision, at: Date.now() });
  }

  #fail(problem: string): void {
    const { resource, query = "", accept = "" } = this.options;
    this.options.failed(`watch of ${resource} ${query} ${accept}: ${problem}`);
  }
}
