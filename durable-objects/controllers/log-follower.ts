/** Keeps a snapshot current from the store: lists everything once, then follows the log, and the log of each shard. */
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import { apiVersionOf, groupResource, type KubeObject, type Stored } from "../../api/machinery/meta.ts";
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

export class LogFollower {
  readonly #store: LogReader;
  readonly #shardsOf: () => Promise<readonly Shard[]>;
  readonly #readWhole: readonly GroupResource[];
  readonly #builtIns: readonly KnownKind[];
  /** Grows as custom resources are defined. */
  #followed: readonly GroupResource[];
  readonly #versions = new Map<GroupResource, string>();
  #state: { snapshot: ClusterSnapshot; revision: Revision; shards: readonly FollowedShard[] } | undefined;

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

  /** Brings the snapshot up to date and returns what changed; on the first load, that is every object. */
  async catchUp(): Promise<readonly Applied[]> {
    if (!this.#state) return this.#load();
    const { snapshot, shards } = this.#state;
    const applied: Applied[] = [];
    const main = { store: this.#store, resources: () => this.#followed, position: this.#state };
    const logs = [
      main,
      ...shards.map((shard) => ({ store: shard.store, resources: () => [shard.resource], position: shard })),
    ];
    for (const log of logs) {
      if (await this.#catchUpWith(log, snapshot, applied)) continue;
      this.#state = undefined;
      return this.#load();
    }
    return applied;
  }

  /** Adds what changed to `applied`. Returns false if the log no longer reaches back to where it was read before. */
  async #catchUpWith(log: FollowedLog, snapshot: ClusterSnapshot, applied: Applied[]): Promise<boolean> {
    for (let more = true; more; ) {
      const { revision } = log.position;
      const tail = await log.store.texts({ revision, resources: log.resources(), limit: PAGE_LENGTH });
      if (!tail.ok) return false;
      for (const { key, text, type } of tail.changes) {
        const change = snapshot.apply(key.resource, text, type === "DELETED");
        if (!change) continue;
        applied.push(change);
        const resource = key.resource === CUSTOM ? this.#learn(snapshot, change.object) : undefined;
        // The resource was not yet part of this request to the log.
        if (resource !== undefined) applied.push(...(await this.#loadResource(snapshot, resource)));
      }
      log.position.revision = tail.revision;
      more = tail.more;
    }
    return true;
  }

  async #load(): Promise<readonly Applied[]> {
    const { revision } = await this.#store.status();
    const snapshot = new ClusterSnapshot(this.#readWhole, this.#builtIns);
    await this.#loadResource(snapshot, CUSTOM);
    for (const definition of snapshot.list(CUSTOM)) this.#learn(snapshot, definition);
    const shards = (await this.#shardsOf()).filter(({ resource }) => !IGNORED.has(resource));
    this.#followed = this.#followed.filter((resource) => !shards.some((shard) => shard.resource === resource));
    for (const resource of this.#followed) if (resource !== CUSTOM) await this.#loadResource(snapshot, resource);
    this.#state = { snapshot, revision, shards: await this.#loadShards(snapshot, shards) };
    // Picks up what was written while the lists were being read.
    await this.catchUp();
    return [...snapshot.all()].map(({ resource, object }) => ({ resource, object, deleted: false }));
  }

  async #loadShards(snapshot: ClusterSnapshot, shards: readonly Shard[]): Promise<readonly FollowedShard[]> {
    const followed: FollowedShard[] = [];
    for (const { resource, store } of shards) {
      const { revision } = await store.status();
      await this.#loadResource(snapshot, resource, store);
      followed.push({ resource, store, revision });
    }
    return followed;
  }

  async #loadResource(
    snapshot: ClusterSnapshot,
    resource: GroupResource,
    store = this.#store,
  ): Promise<readonly Applied[]> {
    const applied: Applied[] = [];
    let after: { namespace: string; name: string } | undefined;
    do {
      const page = await store.list({ resource, limit: PAGE_LENGTH, ...(after ? { after } : {}) });
      if (!page.ok) throw new Error(`listing ${resource}: ${page.reason}`);
      for (const entry of page.items) {
        const change = snapshot.apply(resource, entry.text, false);
        if (change) applied.push(change);
      }
      const last = page.more ? page.items.at(-1)?.key : undefined;
      after = last && { namespace: last.namespace, name: last.name };
    } while (after);
    return applied;
  }

  /** Returns the resource if it was not followed before. */
  #learn(snapshot: ClusterSnapshot, definition: Stored<KubeObject>): GroupResource | undefined {
    const { spec } = definition as Stored<CustomResourceDefinition>;
    const { group, names } = spec;
    const scope = spec.scope === "Cluster" ? "Cluster" : "Namespaced";
    const resource = groupResource(group, names.plural);
    for (const version of spec.versions) {
      if (!version.served) continue;
      snapshot.learn({ resource, apiVersion: apiVersionOf(group, version.name), kind: names.kind, scope });
      if (version.storage || !this.#versions.has(resource)) this.#versions.set(resource, version.name);
    }
    if (this.#followed.includes(resource)) return undefined;
    this.#followed = [...this.#followed, resource];
    return resource;
  }
}
