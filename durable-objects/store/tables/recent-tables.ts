/**
 * Tables with an in-memory cache of recent data: the tail of the log, which every listener and watch reads again, the
 * objects that commits check and requests read, and the results of selectors. Only this object writes, so the cache
 * always matches the tables; a failed transaction empties it.
 */
import { keyId } from "../../../api/key-id.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { RecentValues } from "../../../api/recent-values.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Key, Revision, Selected } from "../../../api/store/store.ts";
import { moveRevision } from "../revision-text.ts";
import type { Aged, Appended, Current, LogRow, LogTables, Marks, Pointer, Scope, Trace, Usage } from "./log-tables.ts";
import { type LogTail, Selections } from "./selections.ts";

/**
 * Characters of text that are cached: of the tail, which is read again within moments, and of objects, which clients
 * return to.
 */
const TAIL_LENGTH = 4 * 1024 * 1024;
const OBJECTS_LENGTH = 16 * 1024 * 1024;

/** Objects of a selection. */
const MAX_SELECTED = 16;

export class RecentTables implements LogTables, LogTail {
  readonly #tables: LogTables;
  readonly #objects = new RecentValues<Current>(OBJECTS_LENGTH, ({ text }) => text.length);
  readonly #selections = new Selections();
  /** Every entry after `#before`; the index is the revision less that. */
  #tail: LogRow[] = [];
  #tailLength = 0;
  #before: Revision;

  constructor(tables: LogTables) {
    this.#tables = tables;
    this.#before = tables.marks().revision;
  }

  transaction<T extends object & { then?: never }>(apply: () => T): T {
    try {
      return this.#tables.transaction(apply);
    } catch (error) {
      this.#objects.clear();
      this.#selections.clear();
      this.#tail = [];
      this.#tailLength = 0;
      this.#before = this.#tables.marks().revision;
      throw error;
    }
  }

  append(row: Appended): void {
    const replaced = row.replaced === null ? undefined : this.current(row.key);
    this.#tables.append(row);
    const text = row.text === "" && replaced ? moveRevision(replaced.text, replaced.revision, row.revision) : row.text;
    const entry: LogRow = { ...row, text, previous: replaced?.attributes ?? null };
    if (row.tombstone) this.#objects.delete(keyId(row.key));
    else this.#objects.set(keyId(row.key), entry);
    this.#tail.push(entry);
    this.#tailLength += text.length;
    if (this.#tailLength > TAIL_LENGTH) this.#shorten();
  }

  /** Drops half at once: removing entries one by one from the front would move all the others each time. */
  #shorten(): void {
    let drop = 0;
    while (this.#tailLength > TAIL_LENGTH / 2) this.#tailLength -= this.#tail[drop++]?.text.length ?? 0;
    this.#tail.splice(0, drop);
    this.#before = asRevision(this.#before + drop);
  }

  current(key: Key): Current | undefined {
    const id = keyId(key);
    const known = this.#objects.get(id);
    if (known) return known;
    const found = this.#tables.current(key);
    if (found) this.#objects.set(id, found);
    return found;
  }

  cached(key: Key): Current | undefined {
    return this.#objects.get(keyId(key));
  }

  keepFew(selected: readonly Pick<Current, "key">[]): void {
    if (selected.length <= MAX_SELECTED) for (const { key } of selected) this.current(key);
  }

  cachedSelection(wanted: Selected, since: Revision): readonly Current[] | undefined {
    if (since < this.#before) return undefined;
    for (const row of this.rowsAfter(since)) if (row.key.resource === wanted.resource) return undefined;
    const pointers = this.#selections.cached(wanted, this);
    if (!pointers) return undefined;
    const found: Current[] = [];
    for (const { namespace, name, revision } of pointers) {
      const current = this.cached({ resource: wanted.resource, namespace, name });
      if (!current || current.revision !== revision) return undefined;
      found.push(current);
    }
    return found;
  }

  row(revision: Revision): LogRow | undefined {
    return this.#tail[revision - this.#before - 1] ?? this.#tables.row(revision);
  }

  *rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow> {
    if (after < this.#before) {
      yield* this.#tables.rowsBetween(after, through, resources);
      return;
    }
    const wanted = resources && new Set(resources);
    for (const row of this.#tail.slice(after - this.#before, through - this.#before))
      if (wanted?.has(row.key.resource) ?? true) yield row;
  }

  get before(): Revision {
    return this.#before;
  }

  get newest(): Revision {
    return asRevision(this.#before + this.#tail.length);
  }

  rowsAfter(revision: Revision): Iterable<LogRow> {
    return this.#tail.slice(revision - this.#before);
  }

  marks(): Marks {
    return this.#tables.marks();
  }

  setMark(name: "policy" | "oldest", revision: Revision): void {
    this.#tables.setMark(name, revision);
    if (name === "policy" || revision <= this.newest) return;
    // The log continues from there: indexes no longer follow from revisions.
    this.#tail = [];
    this.#tailLength = 0;
    this.#before = revision;
  }

  entries(revisions: readonly Revision[]): Iterable<Current> {
    return this.#tables.entries(revisions);
  }

  texts(revisions: readonly Revision[]): Iterable<string> {
    return this.#tables.texts(revisions);
  }

  tracesAfter(revision: Revision, scope: Scope): Iterable<Trace> {
    return this.#tables.tracesAfter(revision, scope);
  }

  revisions(scope: Scope, limit: number): Revision[] {
    return this.#tables.revisions(scope, limit);
  }

  pointers(scope: Scope, requirements: readonly Requirement[]): Iterable<Pointer> {
    const { name, after } = scope;
    const read = () => this.#tables.pointers(scope, requirements);
    const whole = name === undefined && after === undefined;
    return whole && requirements.length > 0 ? this.#selections.find({ ...scope, requirements }, this, read) : read();
  }

  count(scope: Scope): number {
    return this.#tables.count(scope);
  }

  resources(): readonly GroupResource[] {
    return this.#tables.resources();
  }

  usage(): Usage {
    return this.#tables.usage();
  }

  agedThrough(after: Revision, aged: Aged): Revision {
    return this.#tables.agedThrough(after, aged);
  }

  /** Only forgets what lies before the compaction mark, where nobody reads. */
  compact(from: Revision, through: Revision): void {
    this.#tables.compact(from, through);
  }
}
