/**
 * A sharded cluster as one store (docs/decisions/0011). The main store checks what a call was decided by: policy,
 * identity, and what a commit expects of namespaces and quotas. Then the shard that has the resource is called; it
 * knows none of these.
 */
import type { NearbyStore } from "../../api/store/nearby-stores.ts";
import { asRevision } from "../../api/store/revision.ts";
import { failureOfWhole, portionsOf } from "../../api/store/shards.ts";
import type {
  AfterRequest,
  CommitRequest,
  CommitResult,
  Decided,
  Entry,
  GroupResource,
  Key,
  ListPage,
  ListRequest,
  ReadFailure,
  ReadManyRequest,
  ReadRequest,
  ReadResult,
  Revision,
  TextsRequest,
  WatchRequest,
} from "../../api/store/store.ts";
import type { StoreStub } from "./store-stub.ts";

export interface StoreObjects {
  readonly main: StoreStub;
  readonly shards: ReadonlyMap<GroupResource, StoreStub>;
  /** The main store, if it runs in this isolate. */
  readonly nearby?: () => NearbyStore | undefined;
}

/** What a store may answer to a request for no keys. */
type Refused = { readonly ok: false } & Extract<ReadFailure, { reason: "stale-policy" | "identity-gone" }>;

export class ShardedStore implements StoreStub {
  readonly #main: StoreStub;
  readonly #shards: ReadonlyMap<GroupResource, StoreStub>;
  readonly #nearby: (() => NearbyStore | undefined) | undefined;

  constructor({ main, shards, nearby }: StoreObjects) {
    this.#main = main;
    this.#shards = shards;
    this.#nearby = nearby;
  }

  async commit({ writes, changesPolicy, limits, ...decided }: CommitRequest): Promise<CommitResult> {
    const portions = portionsOf(writes, [...this.#shards.keys()]);
    if (portions.every(({ shard }) => shard !== undefined)) {
      const refused = await this.#confirm(decided);
      if (refused) return refused;
    }
    const revisions: Revision[] = [];
    for (const portion of portions) {
      const { shard, writes: own, places } = portion;
      const store = shard === undefined ? undefined : this.#shards.get(shard);
      const result = await (store
        ? store.commit({ writes: own, ...(limits && { limits }) })
        : this.#main.commit({
            writes: own,
            ...decided,
            ...(changesPolicy && { changesPolicy }),
            ...(limits && { limits }),
          }));
      if (!result.ok) return { ok: false, ...failureOfWhole(result, portion) };
      for (const [i, place] of places.entries()) revisions[place] = result.revisions[i] ?? asRevision(0);
    }
    return { ok: true, revisions };
  }

  async read({
    key,
    at,
    ...decided
  }: ReadRequest): Promise<ReadResult<{ entry: Entry | undefined; revision: Revision }>> {
    const shard = this.#shards.get(key.resource);
    const requested = { key, ...(at === undefined ? {} : { at }) };
    return shard ? this.#confirmed(decided, shard.read(requested)) : this.#main.read({ ...requested, ...decided });
  }

  async readMany({
    keys,
    ...decided
  }: ReadManyRequest): Promise<ReadResult<{ entries: readonly (Entry | undefined)[]; revision: Revision }>> {
    const read = new Map<Key, Entry | undefined>();
    const readOwn = async (store: StoreStub, own: readonly Key[], request: Decided) => {
      const result = await store.readMany({ keys: own, ...request });
      if (result.ok) for (const [i, key] of own.entries()) read.set(key, result.entries[i]);
      return result;
    };
    const main = await readOwn(
      this.#main,
      keys.filter(({ resource }) => !this.#shards.has(resource)),
      decided,
    );
    if (!main.ok) return main;
    for (const [resource, shard] of this.#shards) {
      const own = keys.filter((key) => key.resource === resource);
      const result = own.length > 0 ? await readOwn(shard, own, {}) : main;
      if (!result.ok) return result;
    }
    return { ok: true, entries: keys.map((key) => read.get(key)), revision: main.revision };
  }

  async list({ policyRevision, lifelines, ...request }: ListRequest): Promise<ReadResult<ListPage>> {
    const shard = this.#shards.get(request.resource);
    const decided = decidedBy(policyRevision, lifelines);
    return shard ? this.#confirmed(decided, shard.list(request)) : this.#main.list({ ...request, ...decided });
  }

  /** The holder of a watch or a list is in its body. */
  async fetch(request: Request): Promise<Response> {
    const { policyRevision, lifelines, ...watch } = (await request.json()) as WatchRequest;
    const decided = decidedBy(policyRevision, lifelines);
    const shard = this.#shards.get(watch.resource);
    const post = (body: object) => new Request(request.url, { method: "POST", body: JSON.stringify(body) });
    if (!shard) return this.#main.fetch(post({ ...watch, ...decided }));
    const refused = await this.#confirm(decided);
    return refused ? Response.json(refused, { status: 409 }) : shard.fetch(post(watch));
  }

  // The log of the main store; shards are followed separately.
  async after(request: AfterRequest) {
    return this.#main.after(request);
  }

  async texts(request: TextsRequest) {
    return this.#main.texts(request);
  }

  async status() {
    return this.#main.status();
  }

  carry(): Promise<void> {
    return this.#main.carry();
  }

  async #confirmed<T>(decided: Decided, requested: Promise<ReadResult<T>>): Promise<ReadResult<T>> {
    const [refused, result] = await Promise.all([this.#confirm(decided), requested]);
    return refused ?? result;
  }

  /** Undefined: what a call was decided by still stands. */
  async #confirm(decided: Decided): Promise<Refused | undefined> {
    const { policyRevision, lifelines = [] } = decided;
    if (policyRevision === undefined && lifelines.length === 0) return undefined;
    const nearby = lifelines.length === 0 ? this.#nearby?.() : undefined;
    if (nearby && policyRevision !== undefined && policyRevision >= nearby.policyRevision) return undefined;
    const result = await this.#main.readMany({ keys: [], ...decided });
    return result.ok || result.reason === "compacted" || result.reason === "future" ? undefined : result;
  }
}

const decidedBy = (policyRevision: Decided["policyRevision"], lifelines: Decided["lifelines"]): Decided => ({
  ...(policyRevision !== undefined && { policyRevision }),
  ...(lifelines && { lifelines }),
});
