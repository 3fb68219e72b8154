/**
 * A kind is a value: everything the API server must know of it. Built-in kinds are declared one a file beside this one;
 * a CustomResourceDefinition builds the same value at run time.
 *
 * All functions are pure. Those named `default…` and `prepare…` change the draft they are given (a freshly parsed copy
 * that nobody else holds); all others leave their arguments alone.
 */
import type { JSONSchemaProps } from "../generated/apiextensions.v1.ts";
import type { PodSpec } from "../generated/core.v1.ts";
import type { FieldError } from "../machinery/field-error.ts";
import type { KubeObject } from "../machinery/meta.ts";
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

/** A column of `kubectl get`, as in the Table that the API server answers. `priority` 1 shows with `-o wide`. */
export interface Column<T extends KubeObject> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  /** Its own words, or the field of the schema whose documentation it shows: `{field: "core.v1.ConfigMap.data"}`. */
  readonly description: string | { readonly field: string };
  readonly priority?: 0 | 1;
  /** The cell. Of the time of the answer it depends by `age` alone, so that all else can be kept. */
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
  /** The kind that discovery names where it is not the parent's: `{group: "autoscaling", version: "v1", kind: "Scale"}`. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** For subresources that write the object: what of `next` may change is taken, all else comes from `old`. */
  readonly prepareUpdate?: (next: T, old: T) => void;
  readonly validateUpdate?: (next: T, old: T) => FieldError[];
}

/** Where the scale subresource finds its numbers. `selector` answers the label selector as text. */
export interface ScaleView<T extends KubeObject> {
  /** Undefined where a custom object does not say. */
  readonly specReplicas: (object: T) => number | undefined;
  readonly statusReplicas: (object: T) => number;
  readonly selector: (object: T) => string;
  readonly setReplicas: (draft: T, replicas: number) => void;
  /** Where `setReplicas` writes, for who owns the field. Default: `["spec", "replicas"]`. */
  readonly replicasPath?: readonly string[];
  /** The same by apiVersion, where versions differ; null: that version has no scale. */
  readonly replicasPaths?: Readonly<Record<string, readonly string[] | null>>;
}

/** Another version that a kind is served at. The stored version is the resource's own. */
export interface ServedVersion<T extends KubeObject> {
  /** Its group, where it differs (events.k8s.io beside core events). */
  readonly group?: string;
  readonly version: string;
  readonly toStored: (object: KubeObject) => T;
  readonly fromStored: (object: T) => KubeObject;
  /** Its own rules, in place of the kind's; objects are at the stored version. */
  readonly rules?: Pick<ResourceDefinition<T>, "validate" | "validateCreate" | "validateUpdate">;
  readonly columns?: readonly Column<T>[];
  /** What this version calls the selectable fields of the kind, where not the same: `regarding.kind` → `involvedObject.kind`. */
  readonly fieldNames?: Readonly<Record<string, string>>;
}

export interface ResourceDefinition<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Default: the kind with `List` behind it. */
  readonly listKind?: string;
  /** Default: the kind in lower case. */
  readonly singular?: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Default: all eight. */
  readonly verbs?: readonly Verb[];
  readonly otherVersions?: readonly ServedVersion<T>[];

  /** The object has `spec` changes counted in metadata.generation. Default false. */
  readonly generation?: boolean;
  /** Other names by which selectors may ask for selectable fields. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Fields beside `spec` that count as spec for the generation (rarely: `data`, `webhooks`). */
  readonly generationOf?: (object: T) => unknown;
  /** For the generation a list or map that is said to be empty is not none, though it is once stored. Default false. */
  readonly emptyCounts?: boolean;
  /** Default: dnsSubdomain. Answers the problem with a name in Kubernetes' words, or nothing. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[];
  /** Kubernetes holds the kind's metadata to its generic rules only: finalizers need no domain. Default false. */
  readonly anyFinalizer?: boolean;

  /** Kubernetes' versioned defaulting: runs on every decode of a body, for create, update and patch. */
  readonly defaults?: (draft: T) => void;
  /** The spec of the pod that it is, or of those that it has made. */
  readonly podSpec?: (draft: T) => PodSpec | undefined;
  /**
   * Kubernetes' strategies; `warnings` takes what the client should know of what was changed here. With a `status`
   * subresource, a create drops status and an update keeps the old one by itself.
   */
  readonly prepareCreate?: (draft: T, warnings?: string[]) => void;
  readonly prepareUpdate?: (draft: T, old: T) => void;
  readonly validate?: (object: T) => FieldError[];
  /** What only a create can break; `validate(object)` has run before. */
  readonly validateCreate?: (object: T) => FieldError[];
  /** What only an update can break; `validate(next)` has run before, unless `updateChecks` says otherwise. */
  readonly validateUpdate?: (next: T, old: T) => FieldError[];
  /**
   * How an update is checked where not by `validate` and `validateUpdate` once each, in this order: Kubernetes checks some
   * kinds `twice` by the first, some by what changed first, and some by nothing else.
   */
  readonly updateChecks?: "twice" | "changesFirst" | "changesOnly";
  /**
   * How the kind itself looks at an update's metadata, after all kinds' common rules have: at its `changes`, at the `whole`
   * as on a create, or not at all. Default: at both. A client sees how often a problem is found.
   */
  readonly updateMeta?: "changes" | "whole" | "none";
  /** The texts of Warning headers. `old` on an update. */
  readonly warnings?: (object: T, old?: T) => string[];
  /** Of an update that has been validated, well or not: what is wrong in it and has been before, to be warned of. */
  readonly ratcheted?: (next: T) => readonly string[];
  /**
   * Annotations that Kubernetes makes of fields as it converts the object for the wire. Tables and PartialObjectMetadata,
   * which are made of the object before that, do not show them.
   */
  readonly annotationsOfConversion?: readonly string[];
  /** The Warning of every request for the kind, whatever the verb. */
  readonly deprecation?: string;

  /** An update without resourceVersion wins. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** PUT of a missing object creates it. Default false. */
  readonly allowCreateOnUpdate?: boolean;
  /** What DELETE without a propagation policy does. Default Background; where Unsupported, a policy has no effect. */
  readonly defaultPropagation?: "Background" | "Orphan" | "Unsupported";
  /** What a DELETE that leaves it at the default is warned of. */
  readonly propagationWarning?: string;
  /** Objects that end gracefully (pods): the grace in seconds; 0 deletes at once. Absent: always at once. */
  readonly deletionGraceSeconds?: (object: T, requested: number | undefined) => number;

  /** What marking for deletion changes beside metadata (a namespace's phase). */
  readonly prepareDelete?: (draft: T) => void;
  /** The object stays though its metadata.finalizers are empty (a namespace's spec.finalizers). */
  readonly isHeld?: (object: T) => boolean;
  /** DELETE answers the object instead of a Status. */
  readonly deleteAnswersObject?: boolean;

  /** The status subresource; its presence splits status from the rest. */
  readonly status?: {
    /** A create brings its status along (nodes, which report themselves). Default: it is dropped. */
    readonly keptOnCreate?: boolean;
    /** Through `/status`, metadata stays as it is (metav1.ResetObjectMetaForStatus). Default: it may change. */
    readonly keepsMetadata?: boolean;
    readonly prepareUpdate?: (next: T, old: T) => void;
    readonly validateUpdate?: (next: T, old: T) => FieldError[];
  };
  /**
   * The paths that nobody owns through an endpoint, by its subresource ("" for the object itself), where not the usual: the
   * status through the object, the rest through `/status`.
   */
  readonly resets?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly scale?: ScaleView<T>;
  /** By name, `status` and `scale` left out. */
  readonly subresources?: Readonly<Record<string, Subresource<T>>>;

  /** Selectable fields beside metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (object: T) => string>>;
  /** Columns after Name and before Age; `age: false` leaves Age out (`ageColumn` puts it elsewhere), `name: false` Name. */
  readonly columns?: readonly Column<T>[];
  readonly age?: boolean;
  readonly name?: boolean;
  /** The order of a Table's rows, where it is not that of their names. */
  readonly rowOrder?: (a: T, b: T) => number;
  /** What a Table says of an object's row beside its cells, such as that a pod has completed. */
  readonly rowConditions?: (object: T) => readonly RowCondition[];
  /** Of a custom kind, the structural schema that its objects are read, owned and described by. */
  readonly structuralSchema?: JSONSchemaProps;
  /** Of a custom kind, the version that its objects are stored at; a built-in kind's is `version`. */
  readonly storageVersion?: string;
}

/** A definition whose type parameter is forgotten, as tables of many kinds hold it. */
export type Resource = ResourceDefinition<KubeObject>;

/** Declares a kind. */
export const defineResource = <T extends KubeObject>(definition: ResourceDefinition<T>): Resource =>
  // The registry pairs a definition with objects of its own kind only, by group, version and kind.
  definition as unknown as Resource;

/** Kubernetes' IsDNS1123Subdomain and others are in machinery/names.ts; a kind names one as its `validateName`. */
export const singularOf = (resource: Pick<Resource, "singular" | "kind">): string =>
  resource.singular ?? resource.kind.toLowerCase();
