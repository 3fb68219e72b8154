/** The Store contract on top of a log and its objects: every rule of docs/spec/store.md that is not SQL. */
import type { BackupObject, RestoreReport } from "../../api/backup.ts";
import type { CommitLane } from "../../api/store/commit-lane.ts";
import type { NearbyStore } from "../../api/store/nearby-stores.ts";
import type {
  AfterRequest,
  CommitRequest,
  CommitResult,
  Decided,
  Entry,
  GroupResource,
  Key,
  ListPage,
  ListRequest,
  ListStreamRequest,
  ReadManyRequest,
  ReadRequest,
  ReadResult,
  Revision,
  Selected,
  Store,
  Tail,
  TextChange,
  TextsRequest,
  WatchRequest,
} from "../../api/store/store.ts";
import { backupStream } from "./backup/backup-stream.ts";
import { type RetainedObjects, restore } from "./backup/restore.ts";
import type { RowForm } from "./lists/item-form.ts";
import { ItemRuns, isWhole } from "./lists/item-runs.ts";
import { listBody } from "./lists/list-body.ts";
import { writeFrame } from "./lists/list-frame.ts";
import { OpenLists } from "./lists/open-lists.ts";
import { requestedForm } from "./lists/requested-form.ts";
import type { Committed } from "./log/commit-notifier.ts";
import { defaultWindow, type Window } from "./log/compaction.ts";
import { Compactor } from "./log/compactor.ts";
import { changeOf, entryOf, textChangeOf } from "./log/entry.ts";
import { GroupCommit } from "./log/group-commit.ts";
import { Endings, type Lifetimes } from "./log/lifetimes.ts";
import { planPage } from "./log/plan-page.ts";
import { MAX_TAIL_LENGTH, readTail } from "./log/read-tail.ts";
import { type ListStreamResult, type Refusal, refusalOf, type WatchRefusal, type WatchResult } from "./log/refusal.ts";
import type { LogRow, LogTables } from "./tables/log-tables.ts";
import { RemainingCounts } from "./tables/remaining-counts.ts";
import type { Turns } from "./turns.ts";
import { LogTails } from "./watch/log-tail.ts";
import { storeSource } from "./watch/watch-history.ts";
import { type Watched, WatchHub } from "./watch/watch-hub.ts";

const MAX_PAGE_ITEMS = 20_000;
/** Bytes of rendered list items kept for later lists. */
const MAX_CACHED_ITEM_BYTES = 32 * 1024 * 1024;

export interface LogStoreOptions {
  readonly turns: Turns;
  readonly window?: Window;
  /** The resources whose objects expire, and how long after their last write. */
  readonly lifetimes?: Lifetimes;
  /** How commits arrive that are not called for one by one. */
  readonly lane?: CommitLane | undefined;
  /** How rows of Tables are rendered; required in stores that serve the API. */
  readonly rowForm?: RowForm;
  /** Called when commits became durable; listeners are notified from here. */
  readonly committed?: Committed;
}

export class LogStore implements Store, NearbyStore {
  readonly lane: CommitLane | undefined;
  readonly #tables: LogTables;
  readonly #turns: Turns;
  readonly #rowForm: RowForm | undefined;
  readonly #commits: GroupCommit;
  readonly #watches: WatchHub;
  readonly #tails: LogTails;
  readonly #compactor: Compactor;
  readonly #runs = new ItemRuns(MAX_CACHED_ITEM_BYTES);
  readonly #lists: OpenLists;
  readonly #remaining = new RemainingCounts();
  readonly #endings: Endings;

  constructor(
    tables: LogTables,
    { turns, window = defaultWindow, lifetimes = new Map(), lane, rowForm, committed }: LogStoreOptions,
  ) {
    this.lane = lane;
    this.#rowForm = rowForm;
    this.#tables = tables;
    this.#turns = turns;
    this.#lists = new OpenLists(turns);
    this.#commits = new GroupCommit({
      tables,
      lane,
      settled: turns.settled,
      now: turns.now,
      committed: (resources) => {
        this.#watches.wake();
        this.#tails.wake();
        committed?.(this.#marks.revision, resources);
        this.#compactor.stepWhenDue();
        this.#endings.lookWhenDue();
      },
    });
    const marks = () => this.#marks;
    const moved = (oldest: Revision) => {
      this.#commits.oldest = oldest;
    };
    this.#compactor = new Compactor({ tables, turns, window, marks, moved });
    this.#watches = new WatchHub({ turns, source: storeSource(tables, marks, this.#runs) });
    this.#tails = new LogTails({ tables, turns, marks });
    this.#endings = new Endings({
      tables,
      turns,
      lifetimes,
      newest: () => this.#marks.revision,
      commit: (writes) => this.commit({ writes }),
    });
  }

  get #marks() {
    return this.#commits.marks;
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    return this.#commits.commit(request);
  }

  /** Commits what is waiting in the lane; resolves when that is on disk. */
  carry(): Promise<void> {
    return this.#commits.carry();
  }

  async read(request: ReadRequest): Promise<ReadResult<{ entry: Entry | undefined; revision: Revision }>> {
    const { key, at, ...decided } = request;
    const failure = this.#refuse(at, decided);
    if (failure) return failure;
    const revision = at ?? this.#marks.revision;
    return { ok: true, entry: at === undefined ? this.#current(key) : this.#entryAt(key, at), revision };
  }

  get revision(): Revision {
    return this.#marks.revision;
  }

  get policyRevision(): Revision {
    return this.#marks.policy;
  }

  recent(key: Key): Entry | undefined {
    const current = this.#tables.cached(key);
    return current && current.revision <= this.#commits.settled ? entryOf(current) : undefined;
  }

  recentSelection(wanted: Selected): readonly Entry[] | undefined {
    return this.#tables.cachedSelection?.(wanted, this.#commits.settled)?.map(entryOf);
  }

  async readMany({ keys, ...decided }: ReadManyRequest) {
    const failure = this.#refuse(undefined, decided);
    if (failure) return failure;
    return { ok: true as const, entries: keys.map((key) => this.#current(key)), revision: this.#marks.revision };
  }

  async list(request: ListRequest): Promise<ReadResult<ListPage>> {
    const failure = this.#refuse(request.at, request);
    if (failure) return failure;
    const page = this.#planPage(request);
    const items: Entry[] = [];
    let length = 0;
    for (const current of this.#tables.entries(page.revisions.slice(0, MAX_PAGE_ITEMS))) {
      items.push(entryOf(current));
      length += current.text.length;
      if (length > (request.length ?? MAX_TAIL_LENGTH)) break;
    }
    if (request.requirements) this.#tables.keepFew?.(items);
    if (items.length === page.revisions.length) return { ok: true, ...page.head, items };
    const { remaining, revision } = page.head;
    const { namespace = "", name = "" } = items.at(-1)?.key ?? {};
    const left = remaining === undefined ? {} : { remaining: remaining + page.revisions.length - items.length };
    return { ok: true, revision, more: true, ...left, last: { namespace, name }, items };
  }

  /** The list as its items, those of a long one as a stream: read as the client takes it, or to know the list's length. */
  async listStream(request: ListStreamRequest): Promise<ListStreamResult> {
    const failure = this.#refuse(request.at, request);
    if (failure) return failure;
    const { share, frame } = request;
    if (this.#lists.isFull(share))
      return (await this.#lists.room(share)) ? this.listStream(request) : { ok: false, reason: "too-many" };
    const page = this.#planPage(request);
    const body = await listBody({
      tables: this.#tables,
      ...page,
      turns: this.#turns,
      form: requestedForm(request.items, this.#rowForm),
      ...(frame && { frame: writeFrame(frame, { ...page, items: request.items }) }),
      ...(isWhole(request) && { runs: this.#runs }),
      ...this.#lists.begin(share, this.#compactor.pin(page.head.revision)),
    });
    return { ok: true, head: page.head, ...body };
  }

  /** All current objects, except for some resources, as the lines of a backup. */
  backup(cluster: string, without: readonly GroupResource[]): ReadableStream<Uint8Array> {
    const { revision } = this.#marks;
    const unpin = this.#compactor.pin(revision);
    return backupStream({ tables: this.#tables, cluster, without, revision, turns: this.#turns, unpin });
  }

  /** Replaces the current objects with those of a backup, in one step. */
  restore(objects: Iterable<BackupObject>, spared: RetainedObjects): Promise<RestoreReport> {
    const tables = this.#tables;
    const now = this.#turns.now();
    return this.#commits.rewrite(({ revision: newest }, append) =>
      restore({ objects, spared, tables, newest, now, append }),
    );
  }

  async after(request: AfterRequest): Promise<ReadResult<Tail>> {
    return this.#tail(request, changeOf);
  }

  async texts(request: TextsRequest): Promise<ReadResult<Tail<TextChange>>> {
    return this.#tail(request, textChangeOf);
  }

  #tail<C extends TextChange>(request: TextsRequest, encode: (row: LogRow) => C): ReadResult<Tail<C>> {
    const { revision } = this.#marks;
    return this.#refuse(request.revision, {}) ?? readTail(this.#tables, request, { newest: revision, encode });
  }

  async watch(request: WatchRequest): Promise<WatchResult> {
    return this.refusesWatch(request) ?? { ok: true, stream: this.#watches.open(request) };
  }

  /** The number of watches open here. */
  get watches(): number {
    return this.#watches.size;
  }

  watched(): readonly Watched[] {
    return this.#watches.byResource();
  }

  /** Why a watch must be refused, wherever it would be carried. `relayed` counts the watches that relays carry. */
  refusesWatch(request: WatchRequest, relayed = 0): WatchRefusal | undefined {
    const { since, notOlderThan, share } = request;
    const future = notOlderThan !== undefined && notOlderThan > this.#marks.revision ? notOlderThan : undefined;
    return this.#refuse(since ?? future, request) ?? this.#watches.refuses(share, relayed);
  }

  /** The log as a relay follows it (log-tail.ts); undefined if it does not reach back that far. */
  tail(since: Revision, closed: () => void): ReadableStream<Uint8Array> | undefined {
    const { revision, oldest } = this.#marks;
    return since < oldest || since > revision ? undefined : this.#tails.open(since, closed);
  }

  async status() {
    const { revision, oldest, policy } = this.#marks;
    return { revision, oldest, policyRevision: policy };
  }

  #refuse(at: Revision | undefined, decided: Decided): Refusal | undefined {
    const textAt = (key: Key) => this.#current(key)?.text;
    return refusalOf(at, decided, { marks: this.#marks, textAt, now: this.#turns.now() });
  }

  #planPage(request: ListRequest) {
    return planPage(this.#tables, request, { newest: this.#marks.revision, counts: this.#remaining });
  }

  #current(key: Key): Entry | undefined {
    const current = this.#tables.current(key);
    return current && entryOf(current);
  }

  #entryAt(key: Key, at: Revision): Entry | undefined {
    const [revision] = this.#planPage({ ...key, at }).revisions;
    const row = revision === undefined ? undefined : this.#tables.row(revision);
    return row && entryOf(row);
  }

  /** Forgets all history, and continues from a later revision (rule RESTORE-TIME). */
  advance(revision: Revision): void {
    const { oldest, revision: newest } = this.#marks;
    const next = revision > newest ? revision : newest;
    this.#tables.transaction(() => {
      this.#tables.compact(oldest, newest);
      this.#tables.setMark("oldest", next);
      this.#tables.setMark("policy", next);
      return {};
    });
    this.#commits.advance(next);
  }

  /** Takes one step of compaction; returns the new mark. */
  compact(window?: Window): Revision {
    return this.#compactor.step(window);
  }
}
