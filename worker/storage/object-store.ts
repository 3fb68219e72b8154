/** What verbs do with a store, whether their kind is stored as they see it, converted, or selected as it is read. */
import type {
  CommitFailure,
  Decided,
  Entry,
  Key,
  ListPage,
  ListRequest,
  ListStreamRequest,
  Revision,
  Selected,
  WatchRequest,
  Write,
} from "../../api/store/store.ts";

/** Failures that a verb must handle; all others are thrown. */
export type Refused = Extract<CommitFailure, { reason: "exists" | "missing" | "conflict" | "unexpected" }>;
export type Committed =
  | { readonly ok: true; readonly revisions: readonly Revision[] }
  | ({ readonly ok: false } & Refused);

export interface ObjectStore {
  commit(writes: readonly Write[]): Promise<Committed>;
  /** The response to the client that wrote this text: what is stored, unless that is another version. */
  textForWriter(text: string): string | Promise<string>;
  read(key: Key, at?: Revision): Promise<{ entry: Entry | undefined; revision: Revision }>;
  /** Whether the object would now be stored at another version: what changes nothing else must write it anew. */
  isOutdated(entry: Entry): boolean;
  readMany(keys: readonly Key[]): Promise<readonly (Entry | undefined)[]>;
  /** Everything that is requested, up to its limit, at one revision. */
  list(request: Omit<ListRequest, keyof Decided>): Promise<ListPage>;
  /**
   * The same in parts, each one answer of the store, which ends early (rule STORE-LIST). With a limit there is one part: a
   * page may be shorter than was requested.
   */
  pages(request: Omit<ListRequest, keyof Decided>): AsyncGenerator<ListPage, undefined>;
  /** All objects that a selector selects: a few, which are asked for again and again. */
  selected(wanted: Selected): Promise<readonly Entry[]>;
  /** A watch or a streamed list, written by the store object itself (docs/spec/store.md). */
  stream(what: "list" | "watch", request: WatchRequest | ListStreamRequest): Promise<Response>;
  /**
   * Checks whether the policy is still current, and the identity still valid; otherwise the request is decided again,
   * or answered with 401. For decisions that involve no call: refusals, access reviews, paths that are no resources.
   */
  confirm(): Promise<void>;
  /** For the control plane's own reads, which no change of policy affects; a watch outlives many changes. */
  asItself(): ObjectStore;
}
