/** Objects that expire some time after their last write (rule STORE-EXPIRE), as events do in Kubernetes. */
import { errorMessage } from "../../../api/error-message.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { CommitResult, GroupResource, Revision, Write } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { Turns } from "../turns.ts";

/** Milliseconds. */
export type Lifetimes = ReadonlyMap<GroupResource, number>;

/**
 * At most this many objects expire per commit, and this many revisions are checked per turn: some milliseconds of
 * either.
 */
const MAX_EXPIRED = 50;
const MAX_LOOKED_AT = 2000;
/** Milliseconds between looks: if the last one found more than it took, and if not. */
const BUSY_MS = 100;
const QUIET_MS = 60_000;

interface EndingsOptions {
  readonly tables: LogTables;
  readonly turns: Turns;
  readonly lifetimes: Lifetimes;
  readonly newest: () => Revision;
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>;
}

/** The result of one look. */
interface Look {
  /** Deletes of what has not been written since. */
  readonly writes: readonly Write[];
  /** Once these are written, no object stands at or before this revision. */
  readonly through: Revision;
  readonly more: boolean;
}

/**
 * Nothing wakes an idle store. Commits trigger a look, including the first after waking, since the store may sleep
 * again within the minute.
 */
export class Endings {
  readonly #options: EndingsOptions;
  /** No object of an expiring resource stands at or before this revision. */
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
      // The disk is full, or the object is restarting: later looks find the same.
      console.error("expiry:", errorMessage(error));
    } finally {
      this.#due = turns.now() + (more ? BUSY_MS : QUIET_MS);
      this.#looking = false;
    }
  }

  /** Returns whether there is more to look at. */
  async #end(resource: GroupResource, committedBy: number): Promise<boolean> {
    const { tables, newest, commit } = this.#options;
    const after = this.#through.get(resource) ?? firstOf(tables, resource, newest());
    const { writes, through, more } = endings(tables, { resource, after, newest: newest(), committedBy });
    const result = writes.length > 0 ? await commit(writes) : undefined;
    // An object that was written meanwhile lives on, and the others are looked for again.
    this.#through.set(resource, result && !result.ok ? after : through);
    return more || (result?.ok === false && "write" in result);
  }
}

/** The revision just before the oldest object that stands. */
function firstOf(tables: LogTables, resource: GroupResource, newest: Revision): Revision {
  let first = newest + 1;
  for (const revision of tables.revisions({ resource }, Number.POSITIVE_INFINITY)) first = Math.min(first, revision);
  return asRevision(first - 1);
}

interface Stretch {
  readonly resource: GroupResource;
  readonly after: Revision;
  readonly newest: Revision;
  /** What was committed at or before this time (ms since the epoch) has expired. */
  readonly committedBy: number;
}

function endings(tables: LogTables, { resource, after, newest, committedBy }: Stretch): Look {
  const old = tables.agedThrough(after, { through: newest, committedBy, look: MAX_LOOKED_AT });
  const writes: Write[] = [];
  for (const { revision, tombstone, key } of tables.rowsBetween(after, old, [resource])) {
    if (tombstone || tables.revisions(key, 1)[0] !== revision) continue;
    writes.push({ op: "delete", key, ifRevision: revision });
    if (writes.length === MAX_EXPIRED) return { writes, through: revision, more: true };
  }
  return { writes, through: old, more: old >= after + MAX_LOOKED_AT };
}
