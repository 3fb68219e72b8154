/**
 * A kind is a value: everything the API server must know about it. Built-in kinds are declared in files beside this
 * one; a CustomResourceDefinition builds the same value at run time.
 *
 * All functions are pure. Those named `default…` and `prepare…` modify the draft they are given (a freshly parsed copy
 * that nobody else has); all others leave their arguments alone.
 */
import type { JSONSchemaProps } from "../generated/apiextensions.v1.ts";
import type { PodSpec } from "../generated/core.v1.ts";
import type { FieldError } from "../machinery/field-error.ts";
import type { KubeObject } from "../machinery/meta.ts";
import type { ValidateName } from "../machinery/names.ts";
import type { Status } from "../machinery/status.ts";
import type { Ages } from "../machinery/time/duration.ts";

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

export const ALL_VERBS: readonly Verb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/** A column of `kubectl get`, in the Table that the API server answers. `priority` 1 shows with `-o wide`. */
export interface Column<T extends KubeObject> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  /** A text, or the schema field whose documentation it shows: `{field: "core.v1.ConfigMap.data"}`. */
  readonly description: string | { readonly field: string };
  readonly priority?: 0 | 1;
  /** Kubernetes fills its cells, but does not define the column. Default: false. */
  readonly isUndefined?: boolean;
  /** The cell. Depends on the current time only through `age`, so that everything else can be cached. */
  readonly of: (object: T, age: Ages) => string | number | bigint | boolean | null;
}

/** metav1.TableRowCondition. */
export interface RowCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
}

/** A subresource that reads and writes part of the object itself. */
export interface Subresource<T extends KubeObject> {
  readonly verbs: readonly ("create" | "delete" | "get" | "patch" | "update")[];
  /** The kind in discovery, if it is not the parent's: `{group: "autoscaling", version: "v1", kind: "Scale"}`. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** For subresources that write the object: takes from `next` what may change, and everything else from `old`. */
  readonly prepareUpdate?: (next: T, old: T) => void;
  readonly validateUpdate?: (next: T, old: T) => FieldError[];
}

/** Where the scale subresource finds its numbers. `selector` returns the label selector as text. */
export interface ScaleView<T extends KubeObject> {
  /** Undefined if a custom object does not specify it. */
  readonly specReplicas: (object: T) => number | undefined;
  readonly statusReplicas: (object: T) => number;
  readonly selector: (object: T) => string;
  readonly setReplicas: (draft: T, replicas: number) => void;
  /** Where `setReplicas` writes, for field ownership. */
  readonly replicasPath: readonly string[];
  /** The same by apiVersion, if versions differ; null: that version has no scale. */
  readonly replicasPaths?: Readonly<Record<string, readonly string[] | null>>;
}

/** `old` on an update. */
export interface Allocation<T> {
  readonly old?: T | undefined;
  readonly dryRun: boolean;
}

/** The rules of metadata as on a create, `validate`, what may change of metadata, and `validateUpdate`. */
export type UpdateCheck = "meta" | "whole" | "metaChanges" | "changes";

/** Another version at which a kind is served. The stored version is the resource's own. */
export interface ServedVersion<T extends KubeObject> {
  /** Its group, if it differs (events.k8s.io beside core events). */
  readonly group?: string;
  readonly version: string;
  readonly toStored: (object: KubeObject) => T;
  readonly fromStored: (object: T) => KubeObject;
  /** Overrides the kind's own rules; objects are at the stored version. */
  readonly rules?: Pick<
    ResourceDefinition<T>,
    "validate" | "validateName" | "validateCreate" | "validateUpdate" | "updateChecks" | "anyFinalizer"
  >;
  readonly columns?: readonly Column<T>[];
  /** This version's names for the kind's selectable fields, if they differ: `regarding.kind` */
  readonly fieldNames?: Readonly<Record<string, string>>;
}

export interface ResourceDefinition<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Default: the kind with the suffix `List`. */
  readonly listKind?: string;
  /** Default: the kind in lower case. */
  readonly singular?: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Default: all eight. */
  readonly verbs?: readonly Verb[];
  readonly otherVersions?: readonly ServedVersion<T>[];

  /** Whether changes of `spec` raise metadata.generation. Default: false. */
  readonly generation?: boolean;
  /** Other names of selectable fields in selectors. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Fields besides `spec` that count for the generation (rarely: `data`, `webhooks`). */
  readonly generationOf?: (object: T) => unknown;
  /** Whether an explicitly empty list or map counts for the generation, although stored as absent. Default: false. */
  readonly emptyCounts?: boolean;
  /** Default: dnsSubdomain. Returns what is wrong with a name, in Kubernetes' words. */
  readonly validateName?: ValidateName;
  /** Kubernetes only applies its generic metadata rules to the kind: finalizers need no domain. Default: false. */
  readonly anyFinalizer?: boolean;

  /** Kubernetes' versioned defaulting: runs on every decoded body, for create, update and patch. */
  readonly defaults?: (draft: T) => void;
  /** The spec of the pod that it is, or of those that it creates. */
  readonly podSpec?: (draft: T) => PodSpec | undefined;
  /**
   * Kubernetes' strategies; `warnings` receives what clients should know about changes made here. With a `status`
   * subresource, a create drops the status and an update keeps the old one automatically.
   */
  readonly prepareCreate?: (draft: T, warnings?: string[]) => void;
  readonly prepareUpdate?: (draft: T, old: T) => void;
  /** Why nothing can be allocated for it, which Kubernetes tries before validation: it then reports nothing else. */
  readonly unallocatable?: (object: T, setting: Allocation<T>) => Status | undefined;
  /** `old` on an update: some rules do not apply to what they would have refused before. */
  readonly validate?: (object: T, old?: T) => FieldError[];
  /** Rules for creates only; `validate(object)` has run before. */
  readonly validateCreate?: (object: T) => FieldError[];
  /** Rules for updates only; `validate` has run before, unless `updateChecks` says otherwise. */
  readonly validateUpdate?: (next: T, old: T) => FieldError[];
  /**
   * What an update is checked by after the common rules, in Kubernetes' order, which is that of the causes that a client
   * is told. Default: everything once, in the order of {@link UpdateCheck}.
   */
  readonly updateChecks?: readonly UpdateCheck[];
  /** The texts of Warning headers. `old` on an update. */
  readonly warnings?: (object: T, old?: T) => string[];
  /** After validation of an update: errors that existed before, to be reported as warnings. */
  readonly ratcheted?: (next: T) => readonly string[];
  /**
   * Annotations that Kubernetes derives from fields when converting the object for the wire. Tables and
   * PartialObjectMetadata, which are made before that, do not show them.
   */
  readonly annotationsOfConversion?: readonly string[];
  /** The Warning of every request for the kind, whatever the verb. */
  readonly deprecation?: string;

  /** Whether an update without resourceVersion is accepted. Default: true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Whether PUT of a missing object creates it. Default: false. */
  readonly allowCreateOnUpdate?: boolean;
  /**
   * The effect of DELETE without a propagation policy. Default: Background; with Unsupported, policies have no effect.
   */
  readonly defaultPropagation?: "Background" | "Orphan" | "Unsupported";
  /** The warning for a DELETE that relies on the default. */
  readonly propagationWarning?: string;
  /**
   * For kinds with graceful deletion (pods): the grace period in seconds; 0 deletes at once. Absent: always at once.
   */
  readonly deletionGraceSeconds?: (object: T, requested: number | undefined) => number;

  /** What marking for deletion changes besides metadata (a namespace's phase). */
  readonly prepareDelete?: (draft: T) => void;
  /** Whether the object stays even with empty metadata.finalizers (a namespace's spec.finalizers). */
  readonly isHeld?: (object: T) => boolean;
  /** DELETE answers the object instead of a Status. */
  readonly deleteReturnsObject?: boolean;

  /** The status subresource; if present, status is written separately from the rest. */
  readonly status?: {
    /** Whether a create keeps its status (nodes, which report themselves). Default: it is dropped. */
    readonly settableOnCreate?: boolean;
    /**
     * The metadata that `/status` keeps: what clients write, with the deletion mark (metav1.ResetObjectMetaForStatus) or
     * without it, or everything. Default: it may change.
     */
    readonly retainsMetadata?: "all" | "mark" | "written";
    /** Whether the kind validates metadata itself, after the common rules. Default: if there is a `validateUpdate`. */
    readonly validatesMetadata?: boolean;
    readonly prepareUpdate?: (next: T, old: T) => void;
    readonly validateUpdate?: (next: T, old: T) => FieldError[];
    /** The texts of Warning headers. */
    readonly warnings?: (next: T) => string[];
  };
  /**
   * The paths that nobody owns through an endpoint, by its subresource ("" for the object itself), if they differ from
   * the usual: the status through the object, the rest through `/status`.
   */
  readonly resets?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly scale?: ScaleView<T>;
  /** By name, except for `status` and `scale`. */
  readonly subresources?: Readonly<Record<string, Subresource<T>>>;
  /** The subresources that have no Table. */
  readonly withoutTable?: readonly string[];

  /** Selectable fields besides metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (object: T) => string>>;
  /** Columns after Name and before Age; `age: false` drops Age (`ageColumn` puts it elsewhere), `name: false` Name. */
  readonly columns?: readonly Column<T>[];
  readonly age?: boolean;
  readonly name?: boolean;
  /** The order of a Table's rows, if not by name. */
  readonly rowOrder?: (a: T, b: T) => number;
  /** Conditions of an object's row in a Table, such as that a pod has completed. */
  readonly rowConditions?: (object: T) => readonly RowCondition[];
  /** For a custom kind, the structural schema by which its objects are decoded, owned and described. */
  readonly structuralSchema?: JSONSchemaProps;
  /** For a custom kind: those of all its versions by apiVersion, also of versions that are not served. */
  readonly structuralSchemas?: Readonly<Record<string, JSONSchemaProps>>;
  /**
   * For a custom kind, the version at which its objects are stored, if it is served; a built-in kind's is `version`.
   */
  readonly storageVersion?: string;
}

/** A definition with its type parameter erased, for tables of many kinds. */
export type Resource = ResourceDefinition<KubeObject>;

/** Declares a kind. */
export const defineResource = <T extends KubeObject>(definition: ResourceDefinition<T>): Resource =>
  // The registry only uses a definition with objects of its own kind, by group, version and kind.
  definition as unknown as Resource;

/**
 * Kubernetes' IsDNS1123Subdomain and the like are in machinery/names.ts; a kind refers to one as its `validateName`.
 */
export const singularOf = (resource: Pick<Resource, "singular" | "kind">): string =>
  resource.singular ?? resource.kind.toLowerCase();
