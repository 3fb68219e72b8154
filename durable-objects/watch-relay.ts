/**
 * Carries watches for a store that has as many as one object should hold (docs/decisions/0012). Named after the store
 * and a number. Stores nothing; is awake, and follows the store, as long as anybody watches.
 */
import { DurableObject } from "cloudflare:workers";
import type { Revision, Store, WatchRequest } from "../api/store/store.ts";
import { parseRelayName, storeRelays, storeStreamUrls } from "../api/store/store-stream.ts";
import { serveWatch } from "./store/serve-stream.ts";
import { type RelayedStore, RelayedWatches } from "./store/watch/relayed-watches.ts";
import { turnsOf } from "./turns.ts";

export interface WatchRelayEnv {
  readonly CLUSTER_STORE: DurableObjectNamespace;
}

type StoreStub = Store & DurableObjectStub & { relayHolds(relay: number, watches: number): Promise<void> };

export class WatchRelay extends DurableObject<WatchRelayEnv> {
  #watches: RelayedWatches | undefined;

  /** The number of watches. */
  get size(): number {
    return this.#watches?.size ?? 0;
  }

  /** Opens a watch that the store has allowed, with the same request that the store was sent. */
  override async fetch(request: Request): Promise<Response> {
    const { store, relay } = parseRelayName(this.ctx.id.name ?? "");
    this.#watches ??= new RelayedWatches({
      store: () => this.#storeOf(store, relay),
      turns: turnsOf(this.ctx.storage),
    });
    return serveWatch(await this.#watches.open(await request.json<WatchRequest>()));
  }

  /** A new stub for each call: the stub of an object that broke stays broken. */
  #storeOf(name: string, relay: number): RelayedStore {
    const stub = this.env.CLUSTER_STORE.getByName(name) as StoreStub;
    return {
      after: (request) => stub.after(request),
      list: (request) => stub.list(request),
      read: (request) => stub.read(request),
      status: () => stub.status(),
      holds: (watches) => stub.relayHolds(relay, watches),
      async tail(since: Revision, watches: number) {
        const body = JSON.stringify({ since, relay, watches });
        const response = await stub.fetch(new Request(storeStreamUrls.tail, { method: "POST", body }));
        if (response.status === storeRelays.compacted) return undefined;
        if (!response.ok || !response.body) throw new Error(`the store gives no tail: ${response.status}`);
        return response.body;
      },
    };
  }
}
