/** Follows everything in a cluster, by one watch for each resource and by others that must tell the same. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, ClusterState, keyOf } from "../../test/history/cluster-state.ts";
import { MUTATING, VALIDATING } from "../../test/history/policies.ts";
import { projected } from "../../test/history/projection.ts";
import type { Address } from "../rig/target.ts";
import { DEFINITIONS } from "./definer.ts";
import { GADGET_RESOURCE } from "./gadgets.ts";
import { walkedResources } from "./manifests.ts";
import type { Random } from "./random.ts";
import { ResumingWatch } from "./resuming-watch.ts";
import { WEBHOOKS } from "./webhooks.ts";

const RESOURCES: readonly GroupResource[] = [
  ...walkedResources,
  "nodes",
  "namespaces",
  "events",
  "serviceaccounts",
  "endpoints",
  "persistentvolumes",
  "controllerrevisions.apps",
  "endpointslices.discovery.k8s.io",
  "ipaddresses.networking.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "storageclasses.storage.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  ...VALIDATING,
  ...MUTATING,
  ...Object.values(WEBHOOKS),
  DEFINITIONS,
  GADGET_RESOURCE,
  "leases.coordination.k8s.io",
];
/** What changes although nobody does anything. */
const RESTLESS: ReadonlySet<GroupResource> = new Set(["nodes", "events", "leases.coordination.k8s.io"]);
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

interface Form {
  readonly resource: GroupResource;
  readonly query?: string;
  readonly accept?: string;
  readonly version?: string;
  readonly selects: (object: Stored<KubeObject>) => boolean;
}

const labelled = (key: string, value: string) => (object: Stored<KubeObject>) =>
  object.metadata.labels?.[key] === value;
const everything = () => true;
const FORMS: readonly Form[] = [
  { resource: "pods", selects: everything },
  { resource: "pods", accept: METADATA, selects: everything },
  { resource: "pods", query: "labelSelector=team%3Da", selects: labelled("team", "a") },
  {
    resource: "pods",
    query: "fieldSelector=status.phase%3DRunning",
    selects: (pod) => (pod as Stored<Pod>).status.phase === "Running",
  },
  {
    resource: "pods",
    query: "fieldSelector=spec.nodeName%3D",
    accept: METADATA,
    selects: (pod) => !(pod as Stored<Pod>).spec.nodeName,
  },
  { resource: "replicasets.apps", query: "labelSelector=team%3Db", accept: METADATA, selects: labelled("team", "b") },
  { resource: "endpointslices.discovery.k8s.io", selects: everything },
  { resource: "nodes", query: "labelSelector=pool%3Da", selects: labelled("pool", "a") },
  { resource: GADGET_RESOURCE, version: "v2", selects: everything },
  { resource: GADGET_RESOURCE, query: "labelSelector=team%3Da", selects: labelled("team", "a") },
  {
    resource: "configmaps",
    query: "labelSelector=walk-mark",
    selects: (object) => object.metadata.labels?.["walk-mark"] !== undefined,
  },
];

export class Observer {
  readonly initial: (readonly [GroupResource, Stored<KubeObject>])[] = [];
  readonly state = new ClusterState();
  readonly changes: Change[] = [];
  /** When something changed that does not change by itself (ms). */
  lastChange = Date.now();
  readonly #primary: readonly ResumingWatch[];
  readonly #others: readonly { readonly form: Form; readonly watch: ResumingWatch }[];

  constructor(target: Address, random: Random, failed: (problem: string) => void) {
    const changed = (change: Change) => {
      this.state.apply(change);
      this.changes.push(change);
      if (!RESTLESS.has(change.resource)) this.lastChange = change.at;
    };
    this.#primary = RESOURCES.map((resource) => new ResumingWatch(target, { resource, changed, failed }));
    // Each in a version that reads at once, and in one that often reads late.
    this.#others = FORMS.flatMap((form) =>
      [undefined, () => (random.chance(0.003) ? random.between(100, 5000) : 0)].map((delay) => ({
        form,
        watch: new ResumingWatch(target, { ...form, failed, ...(delay && { delay }) }),
      })),
    );
  }

  async start(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.start()));
    for (const { options, initial } of this.#primary)
      for (const object of initial) {
        this.initial.push([options.resource, object]);
        this.state.apply({ resource: options.resource, type: "ADDED", object });
      }
  }

  get watches(): readonly ResumingWatch[] {
    return [...this.#primary, ...this.#others.map(({ watch }) => watch)];
  }

  /** All that changed after this revision is known. */
  get began(): number {
    return Math.max(...this.#primary.map((watch) => watch.began));
  }

  /** What has changed most often since then, and how often. */
  busiest(since: number): readonly string[] {
    const counts = new Map<string, number>();
    for (const { resource, object, at } of this.changes) {
      if (at < since || RESTLESS.has(resource)) continue;
      const what = `${resource} ${keyOf(object)}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 5);
    return most.map(([what, count]) => `${what} ${count} times`);
  }

  /** The cluster as the watches found it. */
  stateAtFirst(): ClusterState {
    const state = new ClusterState();
    for (const [resource, object] of this.initial) state.apply({ resource, type: "ADDED", object });
    return state;
  }

  /** Where the other watches were told something else than they should have been. */
  *differences(): Iterable<string> {
    for (const { form, watch } of this.#others) {
      const wanted = projected({ ...form, began: watch.began }, this.stateAtFirst(), this.changes);
      const at = wanted.findIndex((event, index) => event !== watch.events[index]);
      const { resource, query = "", accept = "" } = form;
      if (at >= 0)
        yield `watch of ${resource} ${query} ${accept}: event ${at} was ${watch.events[at]}, should be ${wanted[at]}`;
      else if (watch.events.length > wanted.length) yield `watch of ${resource} ${query} ${accept}: more events`;
    }
  }

  stop(): void {
    for (const watch of this.watches) watch.stop();
  }
}
