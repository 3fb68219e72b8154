/** Keeps a snapshot current from the store: lists everything once, then follows the log, and the log of each shard. */
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import { isConditionTrue } from "../../api/machinery/conditions.ts";
import { apiVersionOf, groupResource, type Stored } from "../../api/machinery/meta.ts";
import type { GroupResource, Revision, Store } from "../../api/store/store.ts";
import { type Applied, ClusterSnapshot, type KnownKind } from "./snapshot.ts";

/** Sized so that reading a page takes about ten milliseconds. */
const PAGE_LENGTH = 200;
const CUSTOM = "customresourcedefinitions.apiextensions.k8s.io";
/** Voluminous resources that no controller reads; they are not requested from the log. */
export const IGNORED: ReadonlySet<GroupResource> = new Set(["events", "events.events.k8s.io"]);

type LogReader = Pick<Store, "list" | "texts" | "status">;

/** A resource that the cluster keeps in a store object of its own, with its own log. */
export interface Shard {
  readonly resource: GroupResource;
  readonly store: LogReader;
}

export interface FollowedLogs {
  /** The cluster's main store, which has everything that is not sharded. */
  readonly store: LogReader;
  readonly shards?: () => Promise<readonly Shard[]>;
}

/** One log as it is read on. */
interface FollowedLog {
  readonly store: LogReader;
  readonly resources: () => readonly GroupResource[];
  readonly position: { revision: Revision };
}

/** A shard, and how far its log has been read. */
interface FollowedShard extends Shard {
  revision: Revision;
}

interface FollowerState {
  readonly snapshot: ClusterSnapshot;
  /** How far the main log has been read. */
  revision: Revision;
  readonly shards: readonly FollowedShard[];
  /** What the snapshot holds and {@link LogFollower.catchUp} has not returned yet, since it failed after reading it. */
  readonly applied: Applied[];
  /** Resources that were defined since the first load, and whose objects are yet to be listed. */
  readonly unlisted: Set<GroupResource>;
}

export class LogFollower {
  readonly #store: LogReader;
  readonly #shardsOf: () => Promise<readonly Shard[]>;
  readonly #readWhole: readonly GroupResource[];
  readonly #builtIns: readonly KnownKind[];
  /** Grows as custom resources are defined. */
  #followed: readonly GroupResource[];
  readonly #versions = new Map<GroupResource, string>();
  #state: FollowerState | undefined;

  constructor(logs: FollowedLogs, readWhole: readonly GroupResource[], builtIns: readonly KnownKind[]) {
    this.#store = logs.store;
    this.#shardsOf = logs.shards ?? (async () => []);
    // The follower itself must know which kinds exist, whether or not a controller does.
    this.#readWhole = [...readWhole, CUSTOM];
    this.#builtIns = builtIns;
    this.#followed = builtIns.map(({ resource }) => resource).filter((resource) => !IGNORED.has(resource));
  }

  get snapshot(): ClusterSnapshot | undefined {
    return this.#state?.snapshot;
  }

  /** How far the main log has been read; undefined before the first load. */
  get revision(): Revision | undefined {
    return this.#state?.revision;
  }

  /** The version that serves a custom resource. */
  versionOf(resource: GroupResource): string | undefined {
    return this.#versions.get(resource);
  }

  /**
   * Brings the snapshot up to date and returns what changed; on the first load, that is every object. After a failure,
   * the next call returns what was read before it, too.
   */
  async catchUp(): Promise<readonly Applied[]> {
    this.#state ??= await this.#load();
    const state = this.#state;
    await this.#listNew(state);
    const main = { store: this.#store, resources: () => this.#followed, position: state };
    const shards = state.shards.map((shard) => ({
      store: shard.store,
      resources: () => [shard.resource],
      position: shard,
    }));
    for (const log of [main, ...shards]) {
      if (await this.#catchUpWith(log, state)) continue;
      this.#state = undefined;
      return this.catchUp();
    }
    return state.applied.splice(0);
  }

  /** Returns false if the log no longer reaches back to where it was read before. */
  async #catchUpWith(log: FollowedLog, state: FollowerState): Promise<boolean> {
    const { snapshot, applied, unlisted } = state;
    for (let more = true; more; ) {
      const { revision } = log.position;
      const tail = await log.store.texts({ revision, resources: log.resources(), limit: PAGE_LENGTH });
      if (!tail.ok) return false;
      for (const { key, text, type } of tail.changes) {
        const change = snapshot.apply(key.resource, text, type === "DELETED");
        if (!change) continue;
        applied.push(change);
        const resource = key.resource === CUSTOM ? this.#define(snapshot, change) : undefined;
        if (resource !== undefined) unlisted.add(resource);
      }
      log.position.revision = tail.revision;
      // They were not yet part of this request to the log.
      await this.#listNew(state);
      more = tail.more;
    }
    return true;
  }

  async #listNew({ snapshot, applied, unlisted }: FollowerState): Promise<void> {
    for (const resource of unlisted) {
      for await (const change of this.#list(snapshot, resource)) applied.push(change);
      unlisted.delete(resource);
    }
  }

  async #load(): Promise<FollowerState> {
    const { revision } = await this.#store.status();
    const snapshot = new ClusterSnapshot(this.#readWhole, this.#builtIns);
    const applied: Applied[] = [];
    const load = async (resource: GroupResource, store = this.#store) => {
      for await (const change of this.#list(snapshot, resource, store)) applied.push(change);
    };
    await load(CUSTOM);
    for (const object of snapshot.list(CUSTOM)) this.#define(snapshot, { object, deleted: false });
    const shards = (await this.#shardsOf()).filter(({ resource }) => !IGNORED.has(resource));
    this.#followed = this.#followed.filter((resource) => !shards.some((shard) => shard.resource === resource));
    for (const resource of this.#followed) if (resource !== CUSTOM) await load(resource);
    const followed: FollowedShard[] = [];
    for (const { resource, store } of shards) {
      const { revision } = await store.status();
      await load(resource, store);
      followed.push({ resource, store, revision });
    }
    return { snapshot, revision, shards: followed, applied, unlisted: new Set() };
  }

  /** Adds the objects of a resource to the snapshot; yields those that it did not have. */
  async *#list(
    snapshot: ClusterSnapshot,
    resource: GroupResource,
    store = this.#store,
  ): AsyncGenerator<Applied, void, undefined> {
    let after: { namespace: string; name: string } | undefined;
    do {
      const page = await store.list({ resource, limit: PAGE_LENGTH, ...(after ? { after } : {}) });
      if (!page.ok) throw new Error(`listing ${resource}: ${page.reason}`);
      for (const entry of page.items) {
        const change = snapshot.apply(resource, entry.text, false);
        if (change) yield change;
      }
      const last = page.more ? page.items.at(-1)?.key : undefined;
      after = last && { namespace: last.namespace, name: last.name };
    } while (after);
  }

  /** Takes in a definition or its deletion. Returns the resource if it was not followed before. */
  #define(
    snapshot: ClusterSnapshot,
    { object, deleted }: Pick<Applied, "object" | "deleted">,
  ): GroupResource | undefined {
    const { spec, status } = object as Stored<CustomResourceDefinition>;
    const resource = groupResource(spec.group, spec.names.plural);
    if (this.#builtIns.some((each) => each.resource === resource)) return undefined;
    const versions = spec.versions.filter(({ served }) => served);
    const { kind } = status.acceptedNames ?? spec.names;
    const scope = spec.scope === "Cluster" ? "Cluster" : "Namespaced";
    const kinds = versions
      .map(({ name }) => ({ resource, apiVersion: apiVersionOf(spec.group, name), kind, scope }) as const)
      .filter(({ apiVersion }) => !this.#builtIns.some((each) => each.apiVersion === apiVersion));
    snapshot.serve(resource, !deleted && isConditionTrue(status, "Established") ? kinds : []);
    const preferred = versions.find(({ storage }) => storage) ?? versions[0];
    if (preferred) this.#versions.set(resource, preferred.name);
    if (this.#followed.includes(resource)) return undefined;
    this.#followed = [...this.#followed, resource];
    return resource;
  }
}
