/**
 * What a controller is: names, what it reads, and a pure function from a snapshot and the time to effects. It asks what
 * is missing now, not what just happened; running it twice is harmless.
 *
 * The shell (durable-objects/controllers) never reconciles an item on a state older than the item's own last effects, so
 * there are no expectations to keep: what a plan did is in the next snapshot.
 */
import type { ResourceAttributes, SubjectAccessReviewSpec } from "../../api/generated/authorization.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store.ts";

/** An object of any kind, and which one. */
export interface Located {
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
}

/** The state at one revision, indexed. Objects are shared: never change one. managedFields are left out. */
export interface Snapshot {
  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): Stored<T> | undefined;
  /** All objects of a resource, or of one namespace. */
  list<T extends KubeObject>(resource: GroupResource, namespace?: string): readonly Stored<T>[];
  /** What `of` makes of all objects of a resource; made again when one of them has changed. */
  derived<T extends KubeObject, V>(resource: GroupResource, of: (objects: readonly Stored<T>[]) => V): V;
  /** How many objects a resource has, in all namespaces. */
  count(resource: GroupResource): number;
  /** Objects of the resource with an owner reference to that uid. */
  ownedBy<T extends KubeObject>(resource: GroupResource, uid: string): readonly Stored<T>[];
  /** Objects of the namespace without a controlling owner. */
  orphans<T extends KubeObject>(resource: GroupResource, namespace: string): readonly Stored<T>[];
  /** Objects of the namespace that carry all these labels; found by the rarest of them. */
  labelled<T extends KubeObject>(
    resource: GroupResource,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): readonly Stored<T>[];
  /** Pods whose spec.nodeName is this. */
  podsOnNode<T extends KubeObject>(nodeName: string): readonly Stored<T>[];
  /** Any object by uid. For kinds that only {@link EVERYTHING} reads, the metadata alone. */
  byUid(uid: string): Located | undefined;
  /** Objects of any kind with an owner reference to that uid. */
  dependentsOf(uid: string): readonly Located[];
  /** Objects of any kind in a namespace. */
  inNamespace(namespace: string): readonly Located[];
  /** The group resource that serves a kind, if any does: `apps/v1`, `Deployment` → `deployments.apps`. */
  resourceOf(apiVersion: string, kind: string): GroupResource | undefined;
  isNamespaced(resource: GroupResource): boolean;
}

/** In `reads` and `writes`: objects of every kind, custom ones too. Reading this gives metadata only. */
export const EVERYTHING: GroupResource = "*";

/** What an effect's outcome is recorded as; `{name}` is the object's name, `{message}` the API server's error text. */
export interface EventText {
  readonly reason: string;
  readonly message: string;
}

interface EffectBase {
  readonly resource: GroupResource;
  readonly namespace: string;
  /** Events about `about` when the effect succeeds (Normal) or fails (Warning). */
  readonly record?: {
    readonly about: Stored<KubeObject>;
    readonly success?: EventText;
    /** Not where the API server's reason is `unless`. */
    readonly failure?: EventText & { readonly unless?: string };
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

/** A server-side apply, forced: these fields are the manager's, and what it applied before and no more goes. */
export interface ApplyEffect extends EffectBase {
  readonly op: "apply";
  readonly fieldManager: string;
  readonly object: AppliedObject;
  readonly subresource?: string;
}

/** What is applied: the fields that are meant, and whose they are. */
export interface AppliedObject extends KubeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: object;
}

/** Not found is success. */
export interface DeleteEffect extends EffectBase {
  readonly op: "delete";
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

/** Objects of one resource in a namespace, some thousand of them at a time: one request instead of as many. */
export interface DeleteCollectionEffect extends EffectBase {
  readonly op: "delete-collection";
  /** Of a resource that another API server has. */
  readonly version?: string;
  readonly propagationPolicy: "Background";
}

/** What only the cluster's own authority can make: filled in by the shell, then written as the update it is. */
export interface IssueEffect extends EffectBase {
  readonly op: "issue";
  readonly name: string;
  readonly what:
    | { readonly kind: "service-account-token"; readonly secret: KubeObject; readonly serviceAccount: KubeObject }
    | { readonly kind: "certificate"; readonly request: KubeObject };
}

/** Does what the first permission allows that somebody has (a SubjectAccessReview each); nothing where they have none. */
export interface ReviewEffect extends EffectBase {
  readonly op: "review";
  readonly subject: Omit<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">;
  readonly permissions: readonly { readonly attributes: ResourceAttributes; readonly allows: UpdateEffect }[];
}

/** In `writes`: a controller asks nodes, by {@link CallEffect}. */
export const NODE_PROXY: GroupResource = "nodes/proxy";

/** What a node's own API is asked, by way of the control plane: both may be done again. */
export interface CallEffect extends EffectBase {
  readonly op: "call";
  readonly resource: typeof NODE_PROXY;
  /** The node. */
  readonly name: string;
  readonly method: "PUT" | "DELETE";
  /** Below `nodes/NAME/proxy`, with the query. */
  readonly path: string;
}

/** Effects are API requests as data: admission, defaulting and validation hold for controllers too. */
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
  /** In groups of 1, 2, 4, …, the first group with a failure being the last, as Kubernetes creates pods. */
  readonly slowStart?: boolean;
}

/** An Event to be recorded about an object, as client-go's recorder takes it. */
export interface EventRecord {
  readonly about: Stored<KubeObject>;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** Overrides the namespace of `about`, where Kubernetes does. */
  readonly namespace?: string;
  /** What was done about it: it is recorded as events.k8s.io has events, with its exact time and no source. */
  readonly action?: string;
}

/** The path and query of a GET, for what no snapshot holds: metrics, the scale of a custom resource. */
export type Question = string;

export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string };

export interface Plan {
  /** Asked in place of all else: the item is reconciled again at once, with the answers and the snapshot of then. */
  readonly asks?: readonly Question[];
  /** Given to the next reconcile of the item, of a controller that {@link Controller.remembers}: plain JSON. */
  readonly remember?: unknown;
  /** Carried out in order; a failed effect (conflict, forbidden by quota) ends the plan and retries the item with back-off. */
  readonly effects: readonly (Effect | Batch)[];
  readonly events?: readonly EventRecord[];
  /** Look at the item again at that time (ms), though nothing may have changed. */
  readonly wakeAt?: number;
}

/** Nothing is missing. */
export const settled: Plan = { effects: [] };

/** A work item: an object of the controller's primary resource, by `namespace/name` (`name` for cluster scope). */
export type ItemKey = string;

export interface ObjectChange {
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
  /** The object before it; absent on creation and on the first load. */
  readonly previous?: Stored<KubeObject>;
  readonly deleted: boolean;
  readonly snapshot: Snapshot;
}

/** A domain whose hosts lead to this deployment. */
export interface PublicDomain {
  readonly domain: string;
  /** This cluster's name, which is part of its hosts. */
  readonly cluster: string;
  /** Where it is not the usual one. */
  readonly port?: number;
}

/** What every cluster has, as who creates it writes it. */
export interface StandingObject {
  readonly resource: GroupResource;
  readonly object: KubeObject;
}

/** What the cluster says of itself. */
export interface ClusterFacts {
  /** PEM; the CA of the API server's certificate. */
  readonly caBundle: string;
  /** The ranges node pod CIDRs are cut from, one of each family, such as `10.244.0.0/14`. */
  readonly podCidrs: readonly string[];
  readonly standing: readonly StandingObject[];
  /** Nodes' local volumes have a StorageClass, the default one, as soon as a node keeps any. */
  readonly hasLocalClass: boolean;
  /** Where the deployment shows Ingresses and Services to the world; absent: nowhere. */
  readonly ingress?: PublicDomain;
}

export interface ReconcileContext {
  readonly snapshot: Snapshot;
  /** ms since the epoch. */
  readonly now: number;
  readonly cluster: ClusterFacts;
  /** The last failed effect of this item, for conditions such as ReplicaFailure. */
  readonly failure?: EffectFailure;
  /** When this item's last effects were carried out (ms), if that was of late; for taking note of much at a time. */
  readonly lastActed?: number;
  /** To what the last plan asked. */
  readonly answers?: ReadonlyMap<Question, Answer>;
  /** What the last plan said to remember. */
  readonly remembered?: unknown;
  /** When the last time was that a node's agent was heard of (ms); undefined: not since this control plane woke. */
  readonly heardOf: (node: string) => number | undefined;
}

export interface EffectFailure {
  readonly effect: Effect;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** What else failed beside it, of the same batch. */
  readonly others?: readonly EffectFailure[];
}

export interface Controller {
  /** As in kube-controller-manager: `deployment-controller`. It acts as system:serviceaccount:kube-system:NAME. */
  readonly name: string;
  /** The source component of its events where Kubernetes' differs from the name. */
  readonly component?: string;
  /** What `reconcile` may look at; the shell refuses other reads. */
  readonly reads: readonly GroupResource[];
  /** What its effects may write; the shell refuses others. */
  readonly writes: readonly GroupResource[];
  /** How soon what is forbidden is tried again (ms), twice as late each time, where not as usual. */
  readonly pace?: { readonly first: number; readonly longest: number };
  /** Its plans remember what no object says; rarely: each new memory is a row written. */
  readonly remembers?: true;
  /** The work items that a change of this object touches. */
  itemsOf(change: ObjectChange): readonly ItemKey[];
  reconcile(item: ItemKey, context: ReconcileContext): Plan;
}
