/**
 * A controller: names, what it reads, and a pure function from a snapshot and the time to effects. It asks what is
 * missing now, not what just happened; running it twice is harmless. The shell (durable-objects/controllers) never
 * reconciles an item on a state older than the item's own last effects, so no expectations need to be tracked: what a
 * plan did is in the next snapshot.
 */
import type { ResourceAttributes, SubjectAccessReviewSpec } from "../../api/generated/authorization.v1.ts";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ObjectOf, ResourceTypes } from "../../api/resources/resource-types.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ClusterFacts } from "./cluster-facts.ts";

/** An object of any kind, and its resource. */
export interface Located {
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
}

/** The state at one revision, indexed. Objects are shared: never modify one. managedFields are left out. */
export interface Snapshot {
  get<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    name: string,
  ): Stored<ResourceTypes[R]> | undefined;
  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): Stored<T> | undefined;
  /** All objects of a resource, or of one namespace. */
  list<R extends keyof ResourceTypes>(resource: R, namespace?: string): readonly Stored<ResourceTypes[R]>[];
  list<T extends KubeObject>(resource: GroupResource, namespace?: string): readonly Stored<T>[];
  /** A value that `of` computes from all objects of a resource, recomputed when one of them has changed. */
  derived<R extends keyof ResourceTypes, V>(resource: R, of: (objects: readonly Stored<ResourceTypes[R]>[]) => V): V;
  derived<T extends KubeObject, V>(resource: GroupResource, of: (objects: readonly Stored<T>[]) => V): V;
  /** The number of objects of a resource, in all namespaces. */
  count(resource: GroupResource): number;
  /** Objects of the resource with an owner reference to that uid. */
  ownedBy<R extends keyof ResourceTypes>(resource: R, uid: string): readonly Stored<ResourceTypes[R]>[];
  ownedBy<T extends KubeObject>(resource: GroupResource, uid: string): readonly Stored<T>[];
  /** Objects of the namespace without a controlling owner. */
  orphans<R extends keyof ResourceTypes>(resource: R, namespace: string): readonly Stored<ResourceTypes[R]>[];
  orphans<T extends KubeObject>(resource: GroupResource, namespace: string): readonly Stored<T>[];
  /** Objects of the namespace with all these labels; looked up by the rarest label. */
  labelled<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): readonly Stored<ResourceTypes[R]>[];
  labelled<T extends KubeObject>(
    resource: GroupResource,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): readonly Stored<T>[];
  /** Pods whose spec.nodeName is this. */
  podsOnNode(nodeName: string): readonly Stored<Pod>[];
  /** Any object; a deleted one that still has dependents. For kinds that only {@link EVERYTHING} reads, metadata. */
  byUid(uid: string): Located | undefined;
  deletedOwner(uid: string): Located | undefined;
  /** Objects of any kind: with an owner reference to that uid; in a namespace. */
  dependentsOf(uid: string): readonly Located[];
  inNamespace(namespace: string): readonly Located[];
  /** The group resource of a kind, if it is served: `apps/v1`, `Deployment`; and an API version in which it is. */
  resourceOf(apiVersion: string, kind: string): GroupResource | undefined;
  servedAs(group: string, kind: string): string | undefined;
  isNamespaced(resource: GroupResource): boolean;
}

/** In `reads` and `writes`: objects of every kind, including custom ones. Reads return metadata only. */
export const EVERYTHING: GroupResource = "*";

/** The event for an effect's outcome; `{name}` is the object's name, `{message}` the API server's error text. */
export interface EventText {
  readonly reason: string;
  readonly message: string;
  /** Of a success; default: Normal. */
  readonly type?: EventRecord["type"];
}

/** Not recorded if the API server's reason is `unless`. */
export type FailureText = EventText & { readonly unless?: string };

interface EffectBase {
  readonly resource: GroupResource;
  readonly namespace: string;
  /** Events about `about` when the effect succeeds (Normal) or fails (Warning). */
  readonly record?: {
    readonly about: Stored<KubeObject>;
    readonly success?: EventText;
    readonly failure?: FailureText | readonly FailureText[];
  };
}

export interface CreateEffect extends EffectBase {
  readonly op: "create";
  readonly object: KubeObject;
}

/** A PUT; metadata.resourceVersion of `object` is the precondition. */
export interface UpdateEffect extends EffectBase {
  readonly op: "update";
  readonly object: KubeObject;
  readonly subresource?: string;
}

export interface PatchEffect extends EffectBase {
  readonly op: "patch";
  readonly name: string;
  readonly subresource?: string;
  readonly type:
    | "application/merge-patch+json"
    | "application/strategic-merge-patch+json"
    | "application/json-patch+json";
  readonly patch: unknown;
}

/** A forced server-side apply: these fields become the manager's, and fields it no longer applies are removed. */
export interface ApplyEffect extends EffectBase {
  readonly op: "apply";
  readonly fieldManager: string;
  readonly object: AppliedObject;
  readonly subresource?: string;
}

/** The applied configuration: an object with only the fields to own. */
export interface AppliedObject extends KubeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: object;
}

/** Not found counts as success. */
export interface DeleteEffect extends EffectBase {
  readonly op: "delete";
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

/** Deletes a resource's objects in a namespace, about a thousand per request, in place of one request each. */
export interface DeleteCollectionEffect extends EffectBase {
  readonly op: "delete-collection";
  /** For a resource of an aggregated API server. */
  readonly version?: string;
  readonly propagationPolicy: "Background";
}

/** Something that only the cluster's own authority can issue: the shell fills it in, then writes it as an update. */
export interface IssueEffect extends EffectBase {
  readonly op: "issue";
  readonly name: string;
  readonly what:
    | { readonly kind: "service-account-token"; readonly secret: KubeObject; readonly serviceAccount: KubeObject }
    | { readonly kind: "certificate"; readonly request: KubeObject };
}

/** Performs the effect of the first permission that the subject has (one SubjectAccessReview each), if any. */
export interface ReviewEffect extends EffectBase {
  readonly op: "review";
  readonly subject: Omit<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">;
  readonly permissions: readonly { readonly attributes: ResourceAttributes; readonly allows: UpdateEffect }[];
}

/** In `writes`: the controller calls nodes, by {@link CallEffect}. */
export const NODE_PROXY: GroupResource = "nodes/proxy";

/** A call of a node's own API through the control plane. Must be idempotent. */
export interface CallEffect extends EffectBase {
  readonly op: "call";
  readonly resource: typeof NODE_PROXY;
  /** The node. */
  readonly name: string;
  readonly method: "PUT" | "DELETE";
  /** The path below `nodes/NAME/proxy`, with the query. */
  readonly path: string;
}

/** Effects are API requests as data: admission, defaulting and validation apply to controllers, too. */
export type Effect =
  | CreateEffect
  | UpdateEffect
  | PatchEffect
  | ApplyEffect
  | DeleteEffect
  | DeleteCollectionEffect
  | IssueEffect
  | ReviewEffect
  | CallEffect;

/** Effects that do not depend on each other. */
export interface Batch {
  readonly op: "batch";
  readonly effects: readonly Effect[];
  /** In groups of 1, 2, 4, …, stopping after the first group with a failure, as Kubernetes creates pods. */
  readonly slowStart?: boolean;
}

/** An Event to record about an object, with the arguments of client-go's recorder. */
export interface EventRecord {
  readonly about: Stored<KubeObject>;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** Overrides the namespace of `about`, as Kubernetes does in places. */
  readonly namespace?: string;
  /** The action taken. If set, the event is recorded as in events.k8s.io, with its exact time and no source. */
  readonly action?: string;
}

/** The path and query of a GET, for what no snapshot contains: metrics, the scale of a custom resource. */
export type Query = string;

export type QueryResult =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string };

export interface Plan {
  /** Precedes everything else: the item is reconciled again at once, with the results and a current snapshot. */
  readonly queries?: readonly Query[];
  /** Passed to the item's next reconcile, if the controller {@link Controller.remembers}: plain JSON. */
  readonly remember?: unknown;
  /** Told to the item's next reconcile once all effects are carried out, unless the loop restarts before. */
  readonly achieves?: unknown;
  /** Carried out in order. A failed effect (conflict, quota) ends the plan, and the item is retried with back-off. */
  readonly effects: readonly (Effect | Batch)[];
  /** What was seen: recorded first, and again if the plan fails and is made again, as in Kubernetes' controllers. */
  readonly events?: readonly EventRecord[];
  /** Reconcile the item again at that time (ms), even if nothing has changed. */
  readonly wakeAt?: number;
}

/** Nothing is missing. */
export const settled: Plan = { effects: [] };

/** A work item: an object of the controller's primary resource, as `namespace/name` (`name` if cluster-scoped). */
export type ItemKey = string;

export interface ObjectChange<R extends GroupResource = GroupResource> {
  readonly resource: R;
  readonly object: Stored<ObjectOf<R>>;
  /** The object before the change; absent on creation and on the first load. */
  readonly previous?: Stored<ObjectOf<R>>;
  readonly deleted: boolean;
  readonly snapshot: Snapshot;
}

export interface ReconcileContext {
  readonly snapshot: Snapshot;
  /** ms since the epoch. */
  readonly now: number;
  readonly cluster: ClusterFacts;
  /** The last failed effect of this item, for conditions such as ReplicaFailure. */
  readonly failure?: EffectFailure;
  /** When this item's last effects were carried out (ms), if that was recent; for batching status updates. */
  readonly lastActed?: number;
  /** Results of the last plan's `queries`. */
  readonly queryResults?: ReadonlyMap<Query, QueryResult>;
  /** The last plan's `remember`, and what it `achieves` if it did, which others may have undone since. */
  readonly remembered?: unknown;
  readonly achieved?: unknown;
  /** When a node's agent was last heard from (ms); undefined: not since this control plane woke. */
  readonly lastSeen: (node: string) => number | undefined;
}

export interface EffectFailure {
  readonly effect: Effect;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** Other failures in the same batch. */
  readonly others?: readonly EffectFailure[];
}

/** One change for each resource, so that a look at `resource` tells the type of `object`. */
type ChangeOf<R extends GroupResource> = R extends unknown ? ObjectChange<R> : never;

export interface Controller<R extends GroupResource = GroupResource> {
  /** As in kube-controller-manager: `deployment-controller`. It acts as system:serviceaccount:kube-system:NAME. */
  readonly name: string;
  /** The program that runs it in Kubernetes: the manager of the fields that it writes. Default: kube-controller-manager. */
  readonly program?: "kube-apiserver";
  /** The source component of its events, if Kubernetes' differs from the name. */
  readonly component?: string;
  /** What `reconcile` may read; the shell rejects other reads. */
  readonly reads: readonly R[];
  /** What its effects may write; the shell rejects other writes. */
  readonly writes: readonly GroupResource[];
  /**
   * Overrides how failed items are retried (ms): the first delay, which doubles with each retry, and the longest delay.
   * Where Kubernetes' controller looks at all its objects periodically, the period is the longest.
   */
  readonly pace?: { readonly first?: number; readonly longest: number };
  /** Its plans remember things that no object states. Should be rare: each new memory writes a row. */
  readonly remembers?: true;
  /** The work items that a change of this object touches. */
  itemsOf(change: ChangeOf<R>): readonly ItemKey[];
  reconcile(item: ItemKey, context: ReconcileContext): Plan;
}

/** The changes that a controller is given have the types of the resources that it reads. */
export const defineController = <const R extends GroupResource>(controller: Controller<R>): Controller => controller;
