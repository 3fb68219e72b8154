/**
 * Group commit: commits that arrive while the disk is busy with earlier ones share one transaction, and so one disk
 * sync. A lone commit waits for nobody; when several writers are active, the first one lets in those whose requests
 * have already arrived. Each commit is still all or nothing: a refused one appends nothing, and those after it only see
 * what was accepted.
 */
import { errorMessage } from "../../../api/error-message.ts";
import type { CommitLane, Submitted } from "../../../api/store/commit-lane.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { CommitRequest, CommitResult, GroupResource, Revision } from "../../../api/store/store.ts";
import { mustTakeRevision } from "../revision-text.ts";
import type { Appended, LogTables, Marks, Usage } from "../tables/log-tables.ts";
import { addUsage, overLimit } from "./limits.ts";
import { planCommit } from "./plan-commit.ts";
import { tooLarge } from "./size-limit.ts";

interface Waiting {
  readonly request: CommitRequest;
  readonly resolve: (result: CommitResult) => void;
  readonly fail: (error: unknown) => void;
}

interface GroupCommitOptions {
  /**
   * Where commits wait that arrive without a call of their own. The output gate does not hold back their answers, so
   * the disk is awaited explicitly.
   */
  readonly lane?: CommitLane | undefined;
  readonly tables: LogTables;
  /** Resolves when everything applied so far is on disk. */
  readonly settled: () => Promise<void>;
  readonly now: () => number;
  /** Called when a group was applied, with the resources it wrote to; its answers are on their way. */
  readonly committed: (resources: ReadonlySet<GroupResource>) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #marks: Marks;
  #settled: Revision;
  #waiting: Waiting[] = [];
  #running = false;
  /** Whether the last group had more than one commit. */
  #crowded = false;
  /** Answers the commits of the lane once the current group is on disk. */
  #notifications: (() => void)[] = [];
  /** Calls that end with the next group. */
  readonly #carried: PromiseWithResolvers<void>[] = [];
  /** The resources that the current group has written to. */
  #touched = new Set<GroupResource>();
  /** Counted when a limit is first checked, and kept up to date from then on. */
  #usage: Usage | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#marks = options.tables.marks();
    this.#settled = this.#marks.revision;
    options.lane?.begin();
  }

  get marks(): Marks {
    return this.#marks;
  }

  /** Everything up to here is on disk. */
  get settled(): Revision {
    return this.#settled;
  }

  set oldest(oldest: Revision) {
    this.#marks = { ...this.#marks, oldest };
  }

  /** From now on the log begins and ends at this revision. */
  advance(revision: Revision): void {
    this.#marks = { revision, oldest: revision, policy: revision };
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    return new Promise((resolve, fail) => {
      this.#waiting.push({ request, resolve, fail });
      if (!this.#running) void this.#run();
    });
  }

  /** Commits what is waiting in the lane; resolves when that is on disk and answered. */
  carry(): Promise<void> {
    const carried = Promise.withResolvers<void>();
    this.#carried.push(carried);
    if (!this.#running) void this.#run();
    return carried.promise;
  }

  /**
   * A rewrite of any size, in a transaction of its own. Everything that was decided by policy must be decided again.
   */
  async rewrite<T extends object & { then?: never }>(
    change: (marks: Marks, append: (row: Appended) => void) => T,
  ): Promise<T> {
    const { tables, committed } = this.#options;
    const touched = new Set<GroupResource>();
    let newest = this.#marks.revision;
    const result = tables.transaction(() => {
      const changed = change(this.#marks, (row) => {
        tables.append(row);
        touched.add(row.key.resource);
        newest = row.revision;
      });
      tables.setMark("policy", newest);
      return changed;
    });
    this.#marks = { ...this.#marks, revision: newest, policy: newest };
    this.#usage = undefined;
    committed(touched);
    await this.#settle();
    return result;
  }

  async #settle(): Promise<void> {
    const { revision } = this.#marks;
    await this.#options.settled();
    this.#settled = asRevision(Math.max(this.#settled, revision));
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      // Takes in whatever else this turn brings; in a crowd, also what the event loop has already received.
      await (this.#crowded ? this.#options.settled() : undefined);
      while (this.#waiting.length > 0 || this.#carried.length > 0) {
        await this.#group(this.#carried.splice(0));
      }
    } finally {
      this.#running = false;
    }
  }

  async #group(carried: readonly PromiseWithResolvers<void>[]): Promise<void> {
    try {
      this.#flush();
      await this.#settle();
    } catch (error) {
      // A later group must not report as durable what this one lost.
      this.#notifications = [];
      if (carried.length === 0) throw error;
      // Each caller relays the error to all that waited with it.
      for (const { reject } of carried) reject(error);
      return;
    }
    for (const notify of this.#notifications.splice(0)) notify();
    for (const { resolve } of carried) resolve();
  }

  #flush(): void {
    const group = [...this.#waiting, ...this.#fromLane()];
    this.#waiting = [];
    this.#crowded = group.length > 1;
    this.#touched = new Set();
    const before = this.#marks;
    const usage = this.#usage;
    try {
      const results = this.#options.tables.transaction(() => group.map(({ request }) => this.#apply(request)));
      for (const [index, result] of results.entries()) group[index]?.resolve(result);
    } catch (error) {
      this.#marks = before;
      this.#usage = usage;
      if (group.length === 1) this.#explain(error, group[0]);
      else for (const waiting of group) this.#alone(waiting);
    }
    if (this.#marks.revision > before.revision) this.#options.committed(this.#touched);
  }

  #fromLane(): readonly Waiting[] {
    const { lane } = this.#options;
    return lane ? lane.take().map((submitted) => this.#onDisk(lane, submitted)) : [];
  }

  #onDisk(lane: CommitLane, submitted: Submitted): Waiting {
    const afterCommit = (settle: () => void) => {
      this.#notifications.push(() => {
        lane.done(submitted);
        settle();
      });
    };
    return {
      request: submitted.request,
      resolve: (result) => afterCommit(() => submitted.resolve(result)),
      fail: (error) => afterCommit(() => submitted.fail(error)),
    };
  }

  /** After a group failed as a whole: only the commit that cannot be applied fails. */
  #alone(waiting: Waiting): void {
    const before = this.#marks;
    const usage = this.#usage;
    try {
      waiting.resolve(this.#options.tables.transaction(() => this.#apply(waiting.request)));
    } catch (error) {
      this.#marks = before;
      this.#usage = usage;
      this.#explain(error, waiting);
    }
  }

  /** SQLITE_FULL is an expected outcome; anything else is a fault. */
  #explain(error: unknown, waiting: Waiting | undefined): void {
    const message = errorMessage(error);
    if (/SQLITE_FULL|is full|storage limit/i.test(message))
      waiting?.resolve({ ok: false, reason: "storage-full", message });
    else waiting?.fail(error);
  }

  #apply(request: CommitRequest): CommitResult {
    const { tables, now } = this.#options;
    for (const write of request.writes) {
      const message = tooLarge(write);
      if (message !== undefined) return { ok: false, reason: "too-large", message };
      if (write.op !== "expect" && write.text !== undefined) mustTakeRevision(write.text);
    }
    const { revision, policy } = this.#marks;
    const plan = planCommit(request, { revision, policy, now: now(), current: (key) => tables.current(key) });
    if (!plan.ok) return plan;
    if (request.limits) {
      this.#usage ??= tables.usage();
      const message = overLimit(this.#usage, plan.growth, request.limits);
      if (message !== undefined) return { ok: false, reason: "over-limit", message };
    }
    if (this.#usage) this.#usage = addUsage(this.#usage, plan.growth);
    for (const row of plan.rows) {
      tables.append(row);
      this.#touched.add(row.key.resource);
    }
    const newest = plan.rows.at(-1)?.revision;
    if (newest !== undefined) {
      this.#marks = { ...this.#marks, revision: newest, ...(request.changesPolicy && { policy: newest }) };
      if (request.changesPolicy) tables.setMark("policy", newest);
    }
    return { ok: true, revisions: plan.revisions };
  }
}
