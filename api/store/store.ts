/**
 * The store's contract, types only. The store knows keys, never kinds: what it must know of an object to select it
 * travels beside the object's text as {@link Attributes}, and selectors arrive as a list of {@link Requirement}s.
 *
 * Every call names the policy revision that the caller decided with (rule STORE-POLICY in docs/spec/store.md), and
 * expected outcomes are values: errors lose their fields on the way through Durable Object RPC.
 */
import type { Attributes, Requirement } from "../machinery/selectors/requirement.ts";
import type { EventRequest } from "./event-request.ts";
import type { WatchShare } from "./watch-share.ts";

declare const revisionBrand: unique symbol;
/** A row number of the log, and so a resourceVersion. Below 2^53. */
export type Revision = number & { readonly [revisionBrand]: true };

/** A group resource as Kubernetes writes it: `pods`, `deployments.apps`. */
export type GroupResource = string;

export interface Key {
  readonly resource: GroupResource;
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** An object as it stands at a revision. `text` is JSON whose metadata.resourceVersion is `revision`. */
export interface Entry {
  readonly key: Key;
  readonly revision: Revision;
  readonly text: string;
  readonly attributes: Attributes;
}

/**
 * A change, with its precondition inside. `text` is JSON with an empty resourceVersion (`"resourceVersion":""`), kind,
 * apiVersion and metadata leading, so that its first occurrence is the object's own; the store writes the revision in.
 */
export type Write =
  | { readonly op: "create"; readonly key: Key; readonly text: string; readonly attributes: Attributes }
  | {
      readonly op: "replace";
      readonly key: Key;
      readonly text: string;
      readonly attributes: Attributes;
      readonly ifRevision?: Revision;
    }
  /** The log keeps `text` (the object's last state, the revision written in) for watchers; without it, the stored text. */
  | { readonly op: "delete"; readonly key: Key; readonly ifRevision?: Revision; readonly text?: string }
  /** Changes nothing: the commit fails unless the object exists (or is absent) and meets the requirements. */
  | {
      readonly op: "expect";
      readonly key: Key;
      readonly exists: boolean;
      readonly requirements?: readonly Requirement[];
    };

/** An object that an identity depends on: a service account, and what its token is bound to. */
export interface Lifeline {
  readonly key: Key;
  readonly uid: string;
}

/** What a call was decided by; it is refused if that has changed. */
export interface Decided {
  /** The revision of the policy snapshot that allowed this; absent for the control plane's own calls. */
  readonly policyRevision?: Revision;
  /** What the caller's identity depends on (rule STORE-LIFELINE). */
  readonly lifelines?: readonly Lifeline[];
}

export interface CommitRequest extends Decided {
  readonly writes: readonly Write[];
  /** These writes change policy: older snapshots are stale from now on. */
  readonly changesPolicy?: boolean;
  /** How much the store may hold after this. */
  readonly limits?: StoreLimits;
}

/** Limits on living objects; their history does not count. */
export interface StoreLimits {
  readonly objects?: number;
  /** Characters of their texts. */
  readonly bytes?: number;
}

export type CommitFailure =
  | {
      readonly reason: "exists" | "missing" | "conflict" | "unexpected";
      readonly write: number;
      readonly current?: Entry;
    }
  | { readonly reason: "stale-policy"; readonly policyRevision: Revision }
  | { readonly reason: "identity-gone" }
  | { readonly reason: "too-large" | "storage-full" | "over-limit"; readonly message: string };

/** `revisions` has one element per write; an `expect` repeats the revision before it. */
export type CommitResult =
  | { readonly ok: true; readonly revisions: readonly Revision[] }
  | ({ readonly ok: false } & CommitFailure);

export type ReadFailure =
  | { readonly reason: "stale-policy"; readonly policyRevision: Revision }
  | { readonly reason: "identity-gone" }
  /** The requested revision precedes the compaction mark. */
  | { readonly reason: "compacted"; readonly oldest: Revision }
  /** The requested revision is in the future. */
  | { readonly reason: "future"; readonly revision: Revision };
export type ReadResult<T, Failure = ReadFailure> = ({ readonly ok: true } & T) | ({ readonly ok: false } & Failure);

/** `too-many`: it would exceed its share. */
export type WatchFailure = ReadFailure | { readonly reason: "too-many" };

export interface ReadRequest extends Decided {
  readonly key: Key;
  /** Read the state at this revision instead of the newest. */
  readonly at?: Revision;
}

export interface ReadManyRequest extends Decided {
  readonly keys: readonly Key[];
}

export interface ListRequest extends Decided {
  readonly resource: GroupResource;
  /** Absent: all namespaces. Objects come ordered by namespace, then name (bytewise). */
  readonly namespace?: string;
  /** Absent: all names. */
  readonly name?: string;
  readonly requirements?: readonly Requirement[];
  readonly limit?: number;
  /** Continue after this object of an earlier page. */
  readonly after?: { readonly namespace: string; readonly name: string };
  readonly at?: Revision;
  /** Characters of text after which an answer that is built in memory ends; absent: the maximum. */
  readonly length?: number;
}

/** All objects that meet requirements. */
export interface Selected extends Pick<ListRequest, "resource" | "namespace"> {
  readonly requirements: readonly Requirement[];
}

/** What is known about a page before its items are read. */
export interface ListHead {
  readonly revision: Revision;
  /** Objects with the requested resource, namespace and name follow this page. As in Kubernetes, they need not match. */
  readonly more: boolean;
  /** Their number; absent if there is a selector: they need not match. */
  readonly remaining?: number;
  /** The page's last object, to continue `after`; absent if the page is empty. */
  readonly last?: { readonly namespace: string; readonly name: string };
}

/** A page may hold fewer items than `limit`, and ends early at some megabytes of text: continue while there is `more`. */
export interface ListPage extends ListHead {
  readonly items: readonly Entry[];
}

/** A list answered as a stream of item texts joined by commas; see api/store/store-stream.ts for its head. */
export interface ListStreamRequest extends ListRequest {
  /** Default: whole texts. */
  readonly items?: ItemRequest;
  readonly frame?: ListFrame;
  readonly share?: WatchShare;
}

/** The form of a streamed list's items. */
export type ItemRequest =
  /** Dropped from each item that starts with it: `{"kind":"Pod","apiVersion":"v1",`; the item then starts with `{`. */
  | { readonly dropPrefix: string }
  /** Only the metadata, after this prefix in each: kind, apiVersion, and `"metadata":`. */
  | { readonly metadataAfter: string }
  /** As protobuf, in a list of that kind: `PodList` of `v1`. */
  | { readonly protobufList: ObjectKind }
  | RowsRequest;

/** Rows of a Table. */
export interface RowsRequest {
  /** The built-in kind, at the stored version. */
  readonly rowsOf: ObjectKind;
  /** What precedes the object's metadata in a row, as with `metadataAfter`; absent if rows do not include the object. */
  readonly objectAfter?: string;
}

export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What surrounds the items of a streamed list; for protobuf an envelope and the list's metadata, which need no texts. */
export interface ListFrame {
  /** The revision is inserted as in an object's text, followed by how to continue, if there is more. */
  readonly open: string;
  readonly close: string;
  /** An empty list is null where `open` and `close` would make an empty array. */
  readonly nullIfEmpty?: boolean;
  /** Whether to compress if the list is large. */
  readonly gzip: boolean;
  /** For continue tokens: when they are issued (s since the epoch), and whether they omit the namespace. */
  readonly page: { readonly issued: number; readonly within: boolean };
}

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: Revision;
  readonly key: Key;
  /** The object after the change; for DELETED its last state, with the revision of the deletion. */
  readonly text: string;
  readonly attributes: Attributes;
  /** The attributes before this change. */
  readonly previous?: Attributes;
}

export interface AfterRequest {
  readonly revision: Revision;
  /** Absent: all resources. */
  readonly resources?: readonly GroupResource[];
  readonly limit?: number;
}

export interface TextsRequest extends AfterRequest {
  /** Entries in these inclusive ranges are left out: the caller wrote them itself. */
  readonly except?: readonly Revisions[];
}

export interface Revisions {
  readonly from: Revision;
  readonly through: Revision;
}

/** A change without the attributes for selectors. */
export type TextChange = Omit<Change, "attributes" | "previous">;

export interface Tail<C extends TextChange = Change> {
  readonly changes: readonly C[];
  /** The log has been read up to here: pass it on the next call. */
  readonly revision: Revision;
  /** The limit cut the answer short. */
  readonly more: boolean;
}

export interface WatchRequest extends Decided {
  readonly resource: GroupResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly requirements?: readonly Requirement[];
  /** Events after this revision; absent: from now on, the current state first as ADDED events. */
  readonly since?: Revision;
  readonly notOlderThan?: Revision;
  /** Send the current state as ADDED events, then a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly bookmarks: boolean;
  readonly events?: EventRequest;
  /**
   * The kind of bookmarks: the object is `{kind, apiVersion, metadata: {resourceVersion}, ...zero}`. `zero` holds the
   * fields that Kubernetes prints even for an empty object, such as a Pod's `spec: {containers: null}`.
   */
  readonly bookmarkKind: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly zero?: Readonly<Record<string, unknown>>;
  };
  readonly timeoutSeconds: number;
  readonly ground?: WatchGround;
  readonly share?: WatchShare;
}

/** A watch ends when this object is deleted or its generation rises: its objects may be rendered differently then. */
export interface WatchGround {
  readonly key: Key;
  readonly generation: number;
}

/**
 * What every implementation offers, in SQLite or in memory, under one contract suite. Lists that may be large and
 * watches are streams, answered by `fetch`: their wire format is in docs/spec/store.md.
 */
export interface Store {
  commit(request: CommitRequest): Promise<CommitResult>;
  read(request: ReadRequest): Promise<ReadResult<{ readonly entry: Entry | undefined; readonly revision: Revision }>>;
  /** Reads several keys at one revision, in their order. */
  readMany(
    request: ReadManyRequest,
  ): Promise<ReadResult<{ readonly entries: readonly (Entry | undefined)[]; readonly revision: Revision }>>;
  list(request: ListRequest): Promise<ReadResult<ListPage>>;
  after(request: AfterRequest): Promise<ReadResult<Tail>>;
  /** The same without attributes, which cost as much to transfer as everything else. */
  texts(request: TextsRequest): Promise<ReadResult<Tail<TextChange>>>;
  /** The newest revision, and the oldest that `at` and `after` can still answer. */
  status(): Promise<{ readonly revision: Revision; readonly oldest: Revision; readonly policyRevision: Revision }>;
}
