/** The log and the objects in memory: a complete fake of the SQLite tables, for tests of what is built on a store. */
import { keyId } from "../../../api/key-id.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Key, Revision } from "../../../api/store/store.ts";
import { moveRevision } from "../revision-text.ts";
import { comparePlaces } from "./key-order.ts";
import type { Aged, Appended, Current, LogRow, LogTables, Marks, Pointer, Scope, Trace, Usage } from "./log-tables.ts";
import { meets } from "./meets.ts";

const FIRST = asRevision(1);

/** Whether a key is in a scope, including its `after`. */
const inScope = (scope: Scope, key: Key): boolean =>
  key.resource === scope.resource &&
  (scope.namespace === undefined || key.namespace === scope.namespace) &&
  (scope.name === undefined || key.name === scope.name) &&
  (scope.after === undefined || comparePlaces(key, scope.after) > 0);

export class MemoryTables implements LogTables {
  readonly #log = new Map<Revision, Appended>();
  readonly #objects = new Map<string, { readonly key: Key; readonly revision: Revision }>();
  /** How to undo the current transaction, newest step last. Compaction never fails, and is not included. */
  #undo: (() => void)[] = [];
  #marks: Marks = { revision: FIRST, oldest: FIRST, policy: FIRST };

  transaction<T extends object & { then?: never }>(apply: () => T): T {
    this.#undo = [];
    try {
      return apply();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  marks(): Marks {
    const { revision, oldest } = this.#marks;
    return { ...this.#marks, revision: asRevision(Math.max(revision, oldest)) };
  }

  setMark(name: "policy" | "oldest", revision: Revision): void {
    this.#saveMarksForUndo();
    this.#marks = { ...this.#marks, [name]: revision };
  }

  append(row: Appended): void {
    this.#saveMarksForUndo();
    this.#marks = { ...this.#marks, revision: row.revision };
    this.#log.set(row.revision, row);
    const id = keyId(row.key);
    const before = this.#objects.get(id);
    this.#undo.push(() => {
      this.#log.delete(row.revision);
      if (before) this.#objects.set(id, before);
      else this.#objects.delete(id);
    });
    if (row.tombstone) this.#objects.delete(id);
    else this.#objects.set(id, row);
  }

  #saveMarksForUndo(): void {
    const marks = this.#marks;
    this.#undo.push(() => {
      this.#marks = marks;
    });
  }

  current(key: Key): Current | undefined {
    const object = this.#objects.get(keyId(key));
    return object && this.#log.get(object.revision);
  }

  cached(key: Key): Current | undefined {
    return this.current(key);
  }

  row(revision: Revision): LogRow | undefined {
    const row = this.#log.get(revision);
    if (!row) return undefined;
    const replaced = row.replaced === null ? undefined : this.#log.get(row.replaced);
    const text = row.text === "" && replaced ? moveRevision(replaced.text, replaced.revision, revision) : row.text;
    return { ...row, text, previous: replaced?.attributes ?? null };
  }

  entries(revisions: readonly Revision[]): Iterable<Current> {
    return revisions.flatMap((revision) => this.#log.get(revision) ?? []);
  }

  texts(revisions: readonly Revision[]): Iterable<string> {
    return revisions.flatMap((revision) => this.#log.get(revision)?.text ?? []);
  }

  *rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow> {
    for (let revision = after + 1; revision <= through; revision++) {
      const row = this.row(asRevision(revision));
      if (row && (resources?.includes(row.key.resource) ?? true)) yield row;
    }
  }

  tracesAfter(revision: Revision, scope: Scope): Iterable<Trace> {
    return [...this.#log.values()].filter((row) => row.revision > revision && inScope(scope, row.key));
  }

  revisions(scope: Scope, limit: number): Revision[] {
    return [...this.pointers(scope, [])].slice(0, limit).map(({ revision }) => revision);
  }

  pointers(scope: Scope, requirements: readonly Requirement[]): Iterable<Pointer> {
    return [...this.#objects.values()]
      .filter(({ key }) => inScope(scope, key))
      .sort((a, b) => comparePlaces(a.key, b.key))
      .map(({ key, revision }) => ({ ...key, revision, attributes: this.#log.get(revision)?.attributes ?? "{}" }))
      .filter((pointer) => meets(pointer, requirements));
  }

  count(scope: Scope): number {
    return [...this.#objects.values()].filter(({ key }) => inScope(scope, key)).length;
  }

  resources(): readonly GroupResource[] {
    return [...new Set([...this.#objects.values()].map(({ key }) => key.resource))].sort();
  }

  usage(): Usage {
    const texts = [...this.#objects.values()].map(({ revision }) => this.#log.get(revision)?.text ?? "");
    return { objects: texts.length, bytes: texts.reduce((sum, { length }) => sum + length, 0) };
  }

  agedThrough(after: Revision, { through, committedBy, look }: Aged): Revision {
    const rows = [...this.#log.values()].filter(({ revision }) => revision > after && revision <= through);
    const seen = rows.slice(0, look);
    const young = seen.findIndex(({ committed }) => committed > committedBy);
    return (young < 0 ? seen : seen.slice(0, young)).at(-1)?.revision ?? after;
  }

  compact(from: Revision, through: Revision): void {
    for (const row of [...this.#log.values()]) {
      if (row.revision <= from || row.revision > through) continue;
      if (row.replaced !== null) this.#log.delete(row.replaced);
      if (row.tombstone) this.#log.delete(row.revision);
    }
  }
}
