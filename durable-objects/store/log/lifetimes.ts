/** Objects that live for a while only after they were last written (rule STORE-EXPIRE), as events do in Kubernetes. */
import type { CommitResult, GroupResource, Revision, Write } from "../../../api/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";

/** Milliseconds. */
export type Lifetimes = ReadonlyMap<GroupResource, number>;

/** Objects that end in one commit, and revisions looked at for their age in one turn, at most: some milliseconds of either. */
const MOST = 50;
const LOOK = 2000;
/** Milliseconds between looks where the last found more than it took, and where it did not. */
const BUSY = 100;
const QUIET = 60_000;

interface EndingsOptions {
  readonly tables: LogTables;
  readonly turns: Turns;
  readonly lifetimes: Lifetimes;
  readonly newest: () => Revision;
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>;
}

/** What one look found. */
interface Look {
  /** Deletions of what has not been written since. */
  readonly writes: readonly Write[];
  /** No object stands at this revision or before once these are written. */
  readonly through: Revision;
  readonly more: boolean;
}

/**
 * Nothing wakes an idle store: commits have it look, the first after it woke among them, since it may sleep again
 * within the minute.
 */
export class Endings {
  readonly #options: EndingsOptions;
  /** No object of the resource that ends stands here or before. */
  readonly #through = new Map<GroupResource, Revision>();
  #due = Number.NEGATIVE_INFINITY;
  #looking = false;

  constructor(options: EndingsOptions) {
    this.#options = options;
  }

  lookWhenDue(): void {
    const { turns, lifetimes } = this.#options;
    if (lifetimes.size === 0 || this.#looking || turns.now() < this.#due) return;
    this.#looking = true;
    turns.later(() => void this.#look());
  }

  async #look(): Promise<void> {
    const { turns, lifetimes } = this.#options;
    let more = false;
    try {
      for (const [resource, lifetime] of lifetimes) {
        if (await this.#end(resource, turns.now() - lifetime)) more = true;
      }
    } catch (error) {
      // A full disk, or an object that begins again: later looks find the same.
      console.error("expiry:", error instanceof Error ? error.message : error);
    } finally {
      this.#due = turns.now() + (more ? BUSY : QUIET);
      this.#looking = false;
    }
  }

  /** Answers whether there is more to look at. */
  async #end(resource: GroupResource, committedBy: number): Promise<boolean> {
    const { tables, newest, commit } = this.#options;
    const after = this.#through.get(resource) ?? firstOf(tables, resource, newest());
    const { writes, through, more } = endings(tables, { resource, after, newest: newest(), committedBy });
    const result = writes.length > 0 ? await commit(writes) : undefined;
    // One that was written meanwhile lives on, and has the others looked for again.
    this.#through.set(resource, result && !result.ok ? after : through);
    return more || (result?.ok === false && "write" in result);
  }
}

/** Before the oldest object that stands. */
function firstOf(tables: LogTables, resource: GroupResource, newest: Revision): Revision {
  let first = newest + 1;
  for (const revision of tables.revisions({ resource }, Number.POSITIVE_INFINITY)) first = Math.min(first, revision);
  return (first - 1) as Revision;
}

interface Stretch {
  readonly resource: GroupResource;
  readonly after: Revision;
  readonly newest: Revision;
  /** What was committed then or before is over, in milliseconds since 1970. */
  readonly committedBy: number;
}

function endings(tables: LogTables, { resource, after, newest, committedBy }: Stretch): Look {
  const old = tables.agedThrough(after, { through: newest, committedBy, look: LOOK });
  const writes: Write[] = [];
  for (const { revision, tombstone, key } of tables.rowsBetween(after, old, [resource])) {
    if (tombstone || tables.revisions(key, 1)[0] !== revision) continue;
    writes.push({ op: "delete", key, ifRevision: revision });
    if (writes.length === MOST) return { writes, through: revision, more: true };
  }
  return { writes, through: old, more: old >= after + LOOK };
}
