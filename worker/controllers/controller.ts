/**
 * What a controller is: names, what it reads, and a pure function from a snapshot and the time to effects. It asks what
 * is missing now, not what just happened; running it twice is harmless.
 */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store.ts";

/** The state at one revision, indexed. Objects are shared: never change one. */
export interface Snapshot {
  get<T extends KubeObject>(resource: GroupResource, namespace: string, name: string): Stored<T> | undefined;
  /** All objects of a resource, or of one namespace. */
  list<T extends KubeObject>(resource: GroupResource, namespace?: string): readonly Stored<T>[];
  /** Objects of the resource with an owner reference to that uid. */
  ownedBy<T extends KubeObject>(resource: GroupResource, uid: string): readonly Stored<T>[];
}

/** Effects are API requests as data: admission, defaulting and validation hold for controllers too. */
export type Effect =
  | { readonly op: "create"; readonly resource: GroupResource; readonly namespace: string; readonly object: KubeObject }
  /** A PUT; metadata.resourceVersion of `object` is the precondition. */
  | {
      readonly op: "update";
      readonly resource: GroupResource;
      readonly namespace: string;
      readonly object: KubeObject;
      readonly subresource?: string;
    }
  | {
      readonly op: "patch";
      readonly resource: GroupResource;
      readonly namespace: string;
      readonly name: string;
      readonly subresource?: string;
      readonly type:
        | "application/merge-patch+json"
        | "application/strategic-merge-patch+json"
        | "application/json-patch+json";
      readonly patch: unknown;
    }
  | {
      readonly op: "delete";
      readonly resource: GroupResource;
      readonly namespace: string;
      readonly name: string;
      readonly uid?: string;
      readonly resourceVersion?: string;
      readonly gracePeriodSeconds?: number;
      readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
    };

/** An Event to be recorded about an object, as client-go's recorder takes it. */
export interface EventRecord {
  readonly about: Stored<KubeObject>;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  /** Carried out in order; a failed effect (conflict, forbidden by quota) ends the plan and retries the item with back-off. */
  readonly effects: readonly Effect[];
  readonly events?: readonly EventRecord[];
  /** Look at the item again at that time (ms), though nothing may have changed. */
  readonly wakeAt?: number;
}

/** A work item: an object of the controller's primary resource, by `namespace/name` (`name` for cluster scope). */
export type ItemKey = string;

export interface Controller {
  /** As in kube-controller-manager: `deployment-controller`. It acts as system:serviceaccount:kube-system:NAME. */
  readonly name: string;
  /** What `reconcile` may look at; the shell refuses other reads. */
  readonly reads: readonly GroupResource[];
  /** What its effects may write; the shell refuses others. */
  readonly writes: readonly GroupResource[];
  /** The work items that a change of this object touches. `previous` is the object before it. */
  itemsOf(change: {
    readonly resource: GroupResource;
    readonly object: Stored<KubeObject>;
    readonly previous?: Stored<KubeObject>;
    readonly deleted: boolean;
    readonly snapshot: Snapshot;
  }): readonly ItemKey[];
  /**
   * `failure` is the last failed effect of this item, for conditions such as ReplicaFailure. `random` gives name
   * suffixes and the like.
   */
  reconcile(item: ItemKey, context: ReconcileContext): Plan;
}

export interface ReconcileContext {
  readonly snapshot: Snapshot;
  /** ms since the epoch. */
  readonly now: number;
  readonly failure?: {
    readonly effect: Effect;
    readonly code: number;
    readonly reason: string;
    readonly message: string;
  };
}
