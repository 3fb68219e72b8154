/** Keeps a snapshot current from the store: everything listed once, then the log. */
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { apiVersionOf, groupResource } from "../../api/machinery/meta.ts";
import type { GroupResource, Revision, Store } from "../../api/store.ts";
import { type Applied, ClusterSnapshot, type KnownKind } from "./snapshot.ts";

const PAGE = 500;
const CUSTOM = "customresourcedefinitions.apiextensions.k8s.io";
/** What no controller looks at and there is much of. */
const IGNORED: ReadonlySet<GroupResource> = new Set(["events", "events.events.k8s.io"]);

type LogReader = Pick<Store, "list" | "after" | "status">;

export class LogFollower {
  readonly #store: LogReader;
  readonly #readWhole: readonly GroupResource[];
  readonly #builtIns: readonly KnownKind[];
  readonly #versions = new Map<GroupResource, string>();
  #state: { snapshot: ClusterSnapshot; revision: Revision } | undefined;

  constructor(store: LogReader, readWhole: readonly GroupResource[], builtIns: readonly KnownKind[]) {
    this.#store = store;
    this.#readWhole = readWhole;
    this.#builtIns = builtIns;
  }

  get snapshot(): ClusterSnapshot | undefined {
    return this.#state?.snapshot;
  }

  /** The version that serves a custom resource. */
  versionOf(resource: GroupResource): string | undefined {
    return this.#versions.get(resource);
  }

  /** Brings the snapshot up to the log's end and answers what changed; on the first load that is every object. */
  async catchUp(): Promise<readonly Applied[]> {
    if (!this.#state) return this.#load();
    const { snapshot } = this.#state;
    const applied: Applied[] = [];
    for (let more = true; more; ) {
      const tail = await this.#store.after({ revision: this.#state.revision, limit: PAGE });
      if (!tail.ok) {
        // The log before our revision is gone: begin again.
        this.#state = undefined;
        return this.#load();
      }
      for (const { key, text, type } of tail.changes) {
        if (IGNORED.has(key.resource)) continue;
        const change = snapshot.apply(key.resource, text, type === "DELETED");
        if (change) applied.push(change);
        if (change && key.resource === CUSTOM) this.#learn(snapshot, change.object);
      }
      this.#state.revision = tail.revision;
      more = tail.more;
    }
    return applied;
  }

  async #load(): Promise<readonly Applied[]> {
    const { revision } = await this.#store.status();
    const snapshot = new ClusterSnapshot(this.#readWhole, this.#builtIns);
    await this.#loadResource(snapshot, CUSTOM);
    const custom = snapshot.list(CUSTOM).map((definition) => this.#learn(snapshot, definition));
    for (const resource of new Set([...this.#builtIns.map((kind) => kind.resource), ...custom]))
      if (resource !== CUSTOM && !IGNORED.has(resource)) await this.#loadResource(snapshot, resource);
    this.#state = { snapshot, revision };
    // What was written while the lists were read.
    await this.catchUp();
    return [...snapshot.all()].map(({ resource, object }) => ({ resource, object, deleted: false }));
  }

  async #loadResource(snapshot: ClusterSnapshot, resource: GroupResource): Promise<void> {
    let after: { namespace: string; name: string } | undefined;
    do {
      const page = await this.#store.list({ resource, limit: PAGE, ...(after ? { after } : {}) });
      if (!page.ok) throw new Error(`listing ${resource}: ${page.reason}`);
      for (const entry of page.items) snapshot.apply(resource, entry.text, false);
      const last = page.more ? page.items.at(-1)?.key : undefined;
      after = last && { namespace: last.namespace, name: last.name };
    } while (after);
  }

  #learn(snapshot: ClusterSnapshot, definition: Stored<KubeObject>): GroupResource {
    const { spec } = definition as Stored<CustomResourceDefinition>;
    const resource = groupResource(spec.group, spec.names.plural);
    for (const version of spec.versions) {
      if (!version.served) continue;
      snapshot.learn({ resource, apiVersion: apiVersionOf(spec.group, version.name), kind: spec.names.kind });
      if (version.storage || !this.#versions.has(resource)) this.#versions.set(resource, version.name);
    }
    return resource;
  }
}
