/**
 * The store's contract, types only. The store knows keys, never kinds: what it must know of an object to select it
 * travels beside the object's text as {@link Attributes}, and selectors arrive as a list of {@link Requirement}s.
 *
 * Every call names the policy revision that the caller decided with (rule STORE-POLICY in docs/spec/store.md), and
 * expected outcomes are values: errors lose their fields on the way through Durable Object RPC.
 */
import type { EventRequest } from "./store/event-request.ts";
import type { WatchShare } from "./store/watch-share.ts";

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

/** What selectors may ask about an object. */
export interface Attributes {
  readonly labels: Readonly<Record<string, string>>;
  /** Selectable fields by their path (`status.phase`), `metadata.name` and `metadata.namespace` left out. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One clause of a label or field selector; all clauses of a selector must hold. */
export interface Requirement {
  readonly of: "label" | "field";
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
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
  /** Changes nothing: the commit fails unless the object is there (or absent) and meets the requirements. */
  | {
      readonly op: "expect";
      readonly key: Key;
      readonly exists: boolean;
      readonly requirements?: readonly Requirement[];
    };

/** An object that somebody's identity ends with: a service account, and what a token of it is bound to. */
export interface Lifeline {
  readonly key: Key;
  readonly uid: string;
}

/** What a call was decided by, and is refused without. */
export interface Decided {
  /** The revision of the policy snapshot that allowed this; absent for the control plane's own calls. */
  readonly policyRevision?: Revision;
  /** What the caller's identity ends with (rule STORE-LIFELINE). */
  readonly lifelines?: readonly Lifeline[];
}

export interface CommitRequest extends Decided {
  readonly writes: readonly Write[];
  /** These writes change policy: snapshots older than their revision are stale from now on. */
  readonly changesPolicy?: boolean;
  /** How much the store may hold after this. */
  readonly limits?: StoreLimits;
}

/** Of living objects; the history that is kept for a while does not count. */
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

/** `revisions` has one element a write; an `expect` repeats the revision before it. */
export type CommitResult =
  | { readonly ok: true; readonly revisions: readonly Revision[] }
  | ({ readonly ok: false } & CommitFailure);

export type ReadFailure =
  | { readonly reason: "stale-policy"; readonly policyRevision: Revision }
  | { readonly reason: "identity-gone" }
  /** The revision asked for is before the compaction mark. */
  | { readonly reason: "compacted"; readonly oldest: Revision }
  /** The revision asked for has not happened. */
  | { readonly reason: "future"; readonly revision: Revision };
export type Answer<T, Failure = ReadFailure> = ({ readonly ok: true } & T) | ({ readonly ok: false } & Failure);

/** `too-many`: it would be one more than its share allows. */
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
  /** Go on after this object of an earlier page. */
  readonly after?: { readonly namespace: string; readonly name: string };
  readonly at?: Revision;
  /** Characters of texts after which an answer that is built whole ends; absent: as many as one may have. */
  readonly length?: number;
}

/** What is known of a page before its items are read. */
export interface ListHead {
  readonly revision: Revision;
  /** Objects of the resource, namespace and name asked for come after this page. As in Kubernetes, they need not match. */
  readonly more: boolean;
  /** How many they are; absent where a selector makes counting them a scan. */
  readonly remaining?: number;
  /** The page's last object, to go on `after`; absent when it is empty. */
  readonly last?: { readonly namespace: string; readonly name: string };
}

/** A page may hold fewer items than `limit`, and ends early at some megabytes of text: go on while there is `more`. */
export interface ListPage extends ListHead {
  readonly items: readonly Entry[];
}

/** A list answered as a stream of item texts joined by commas; see api/store/store-stream.ts for its head. */
export interface ListStreamRequest extends ListRequest {
  /** Whole texts where nothing is said. */
  readonly items?: ItemRequest;
  readonly frame?: ListFrame;
  readonly share?: WatchShare;
}

/** In which form a streamed list has its items. */
export type ItemRequest =
  /** Left out of each item that starts with it: `{"kind":"Pod","apiVersion":"v1",`, and the item starts with `{` again. */
  | { readonly dropPrefix: string }
  /** Metadata alone, behind what stands before it in each: kind, apiVersion, and `"metadata":`. */
  | { readonly metadataAfter: string }
  /** As Kubernetes' protobuf has them in a list of that kind: `PodList` of `v1`. */
  | { readonly protobufList: ObjectKind }
  | RowsRequest;

/** Rows of a Table. */
export interface RowsRequest {
  /** Of which built-in kind, at the version that is stored. */
  readonly rowsOf: ObjectKind;
  /** What stands before the object's metadata in a row, as with `metadataAfter`; absent where a row holds none of the object. */
  readonly objectAfter?: string;
}

export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What is written around the items of a streamed list; of protobuf an envelope and the list's metadata, which need no texts. */
export interface ListFrame {
  /** The revision is written in as into an object's text, and after it how to go on, where there is more. */
  readonly open: string;
  readonly close: string;
  /** A list of nothing says null where `open` and `close` would make an empty array. */
  readonly nullIfEmpty?: boolean;
  /** Where the list is large. */
  readonly gzip: boolean;
  /** What tokens to go on with say: when they were given out (s since the epoch), and no namespace within one. */
  readonly page: { readonly issued: number; readonly within: boolean };
}

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: Revision;
  readonly key: Key;
  /** The object after the change; for DELETED its last state, with the revision of the deletion. */
  readonly text: string;
  readonly attributes: Attributes;
  /** The attributes that this change replaced. */
  readonly previous?: Attributes;
}

export interface AfterRequest {
  readonly revision: Revision;
  /** Absent: all resources. */
  readonly resources?: readonly GroupResource[];
  readonly limit?: number;
}

export interface TextsRequest extends AfterRequest {
  /** Entries of these ranges are left out, their ends included: what the caller wrote itself, and knows. */
  readonly except?: readonly Revisions[];
}

export interface Revisions {
  readonly from: Revision;
  readonly through: Revision;
}

/** A change without what selectors ask. */
export type TextChange = Omit<Change, "attributes" | "previous">;

export interface Tail<C extends TextChange = Change> {
  readonly changes: readonly C[];
  /** The log is read up to here: what to ask with next time. */
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
  /** Send the current state as ADDED events, then a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly bookmarks: boolean;
  /** Whole objects as lines of JSON where nothing is said. */
  readonly events?: EventRequest;
  /**
   * What a bookmark says it is: the object is `{kind, apiVersion, metadata: {resourceVersion}, ...zero}`. `zero` holds the
   * fields that Kubernetes prints even of an empty object of the kind, such as a Pod's `spec: {containers: null}`.
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

/** A watch ends where this object goes, or has a greater generation: what was watched may be told otherwise from then on. */
export interface WatchGround {
  readonly key: Key;
  readonly generation: number;
}

/**
 * What every implementation offers, SQLite in an object or memory, and the contract suite holds them to. Lists that may
 * be large and watches are streams, which `fetch` answers: their wire form is in docs/spec/store.md.
 */
export interface Store {
  commit(request: CommitRequest): Promise<CommitResult>;
  read(request: ReadRequest): Promise<Answer<{ readonly entry: Entry | undefined; readonly revision: Revision }>>;
  /** Reads several keys at one revision, in their order. */
  readMany(
    request: ReadManyRequest,
  ): Promise<Answer<{ readonly entries: readonly (Entry | undefined)[]; readonly revision: Revision }>>;
  list(request: ListRequest): Promise<Answer<ListPage>>;
  after(request: AfterRequest): Promise<Answer<Tail>>;
  /** The same for who reads the objects themselves: attributes cost as much to carry over as all else. */
  texts(request: TextsRequest): Promise<Answer<Tail<TextChange>>>;
  /** The newest revision, and the oldest that `at` and `after` can still answer. */
  status(): Promise<{ readonly revision: Revision; readonly oldest: Revision; readonly policyRevision: Revision }>;
}
