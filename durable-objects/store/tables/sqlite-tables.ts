/**
 * The log and the objects in a Durable Object's SQLite. drizzle owns the schema and its migrations. The statements are
 * raw SQL, because each runs with every request (measured in docs/spec/store.md); the columns are named once, here.
 */
import { drizzle } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";
import type { Held } from "../../../api/backup.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Key, Revision } from "../../../api/store/store.ts";
import migrations from "../../../migrations/migrations.js";
import { SealedTexts, type Sealing, type StoredText } from "../../sealing/sealed-texts.ts";
import { moveRevision } from "../revision-text.ts";
import type { Aged, Appended, Current, LogRow, LogTables, Marks, Pointer, Scope, Trace, Usage } from "./log-tables.ts";
import { meets } from "./meets.ts";
import { lostKey, reseal } from "./reseal.ts";
import { Where } from "./sqlite-where.ts";

/** etcd's first revision. An empty store is at 1, because 0 means "any" to Kubernetes clients. */
const FIRST = 1;

const ROW = `l.revision, l.replaced, l.tombstone, l.resource, l.namespace, l.name, l.attributes, p.attributes,
  CASE WHEN l.text = '' THEN p.text ELSE l.text END, l.text = ''
  FROM log l LEFT JOIN log p ON p.revision = l.replaced`;

/** Revisions per JSON array: SQLite refuses a value of 2 MB. */
const AGGREGATED = 100_000;

/**
 * Rows per statement of what may be read in part only: an unfinished statement could not be closed, and SQLite would not
 * empty its write-ahead log. Of rows with texts, each of which may have 1.5 MiB, each statement reads twice as many as
 * the one before: no more than twice what is wanted.
 */
const ROWS = 4;
const MOST_ROWS = 16;
const POINTERS = 1000;

/** Joins revisions given as a JSON array, in its order. */
const LISTED = "FROM json_each(?) j CROSS JOIN log l ON l.revision = j.value";

type Columns = [
  revision: Revision,
  resource: string,
  namespace: string,
  name: string,
  attributes: string,
  text: StoredText,
];

export class SqliteTables implements LogTables {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #texts: SealedTexts;

  private constructor(storage: DurableObjectStorage, sealing?: Sealing) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#texts = new SealedTexts(sealing);
  }

  /** Brings the schema up to date. Must be called where no request can interleave. */
  static async open(storage: DurableObjectStorage, sealing?: Sealing): Promise<SqliteTables> {
    await migrate(drizzle(storage), migrations);
    return new SqliteTables(storage, sealing);
  }

  transaction<T extends object & { then?: never }>(apply: () => T): T {
    return this.#storage.transactionSync(apply);
  }

  marks(): Marks {
    const marks = new Map(this.#select("SELECT name, revision FROM marks") as Iterable<[string, Revision]>);
    const [newest] = this.#sql.exec("SELECT max(revision) FROM log").raw().next().value ?? [];
    const oldest = marks.get("oldest") ?? asRevision(FIRST);
    return {
      revision: asRevision(Math.max(Number(newest ?? 0), oldest)),
      oldest,
      policy: marks.get("policy") ?? asRevision(FIRST),
    };
  }

  setMark(name: "policy" | "oldest", revision: Revision): void {
    this.#sql.exec(
      "INSERT INTO marks (name, revision) VALUES (?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision",
      name,
      revision,
    );
  }

  append({ revision, replaced, tombstone, committed, key, attributes, text }: Appended): void {
    const place = [key.resource, key.namespace, key.name];
    this.#sql.exec(
      `INSERT INTO log (revision, replaced, tombstone, committed, resource, namespace, name, attributes, text)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      revision,
      replaced,
      tombstone ? 1 : 0,
      committed,
      ...place,
      attributes,
      this.#texts.seal(key.resource, text, String(revision)),
    );
    if (tombstone) this.#sql.exec("DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?", ...place);
    else {
      this.#sql.exec(
        `INSERT INTO objects (resource, namespace, name, revision, attributes) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET revision = excluded.revision, attributes = excluded.attributes`,
        ...place,
        revision,
        attributes,
      );
    }
  }

  current(key: Key): Current | undefined {
    const row = this.#first(
      `SELECT l.revision, l.attributes, l.text FROM objects o JOIN log l ON l.revision = o.revision
       WHERE o.resource = ? AND o.namespace = ? AND o.name = ?`,
      key.resource,
      key.namespace,
      key.name,
    ) as [Revision, string, StoredText] | undefined;
    return row && { key, revision: row[0], attributes: row[1], text: this.#open(row[2], row[0]) };
  }

  cached(): undefined {
    return undefined;
  }

  row(revision: Revision): LogRow | undefined {
    const row = this.#first(`SELECT ${ROW} WHERE l.revision = ?`, revision);
    return row && this.#rowOf(row);
  }

  *entries(revisions: readonly Revision[]): Iterable<Current> {
    const query = `SELECT l.revision, l.resource, l.namespace, l.name, l.attributes, l.text ${LISTED}`;
    for (const row of this.#select(query, JSON.stringify(revisions))) {
      const [revision, resource, namespace, name, attributes, text] = row as Columns;
      yield { key: { resource, namespace, name }, revision, attributes, text: this.#open(text, revision) };
    }
  }

  *texts(revisions: readonly Revision[]): Iterable<string> {
    let index = 0;
    for (const [text] of this.#select(`SELECT l.text ${LISTED}`, JSON.stringify(revisions))) {
      yield this.#open(text as StoredText, revisions[index++]);
    }
  }

  *rowsBetween(after: Revision, through: Revision, resources?: readonly GroupResource[]): Iterable<LogRow> {
    const only = resources ? "AND l.resource IN (SELECT value FROM json_each(?))" : "";
    const query = `SELECT ${ROW} WHERE l.revision > ? AND l.revision <= ? ${only} ORDER BY l.revision LIMIT ?`;
    const filter = resources ? [JSON.stringify(resources)] : [];
    let from = after;
    for (let limit = ROWS; ; limit = Math.min(2 * limit, MOST_ROWS)) {
      const rows = [...this.#select(query, from, through, ...filter, limit)];
      for (const row of rows) yield this.#rowOf(row);
      const [last] = rows[limit - 1] ?? [];
      if (last === undefined) return;
      from = last as Revision;
    }
  }

  *tracesAfter(revision: Revision, scope: Scope): Iterable<Trace> {
    const where = new Where(scope).add("revision > ?", revision);
    const query = `SELECT revision, replaced, tombstone, namespace, name FROM log WHERE ${where.text} ORDER BY revision`;
    for (const row of this.#select(query, ...where.values)) {
      const [at, replaced, tombstone, namespace, name] = row as [Revision, Revision | null, number, string, string];
      const key = { resource: scope.resource, namespace, name };
      yield { revision: at, replaced, tombstone: tombstone === 1, key };
    }
  }

  /** As aggregated values: 5,000 rows of one number each would take four times as long to cross into JavaScript. */
  revisions(scope: Scope, limit: number): Revision[] {
    const where = new Where(scope);
    const query = `SELECT json_group_array(revision) FROM
      (SELECT revision FROM objects WHERE ${where.text} ORDER BY namespace, name LIMIT ? OFFSET ?)`;
    const revisions: Revision[] = [];
    for (;;) {
      const wanted = Math.min(AGGREGATED, limit - revisions.length);
      const [json] = this.#first(query, ...where.values, wanted, revisions.length) ?? [];
      const part: Revision[] = JSON.parse(json as string);
      if (revisions.length === 0 && part.length < AGGREGATED) return part;
      for (const revision of part) revisions.push(revision);
      if (part.length < AGGREGATED) return revisions;
    }
  }

  *pointers(scope: Scope, requirements: readonly Requirement[]): Iterable<Pointer> {
    let { after } = scope;
    for (;;) {
      const where = new Where({ ...scope, ...(after && { after }) }).mayMeet(requirements);
      const query = `SELECT namespace, name, revision, attributes FROM objects
        WHERE ${where.text} ORDER BY namespace, name LIMIT ${POINTERS}`;
      const rows = [...this.#select(query, ...where.values)] as [string, string, Revision, string][];
      for (const [namespace, name, revision, attributes] of rows) {
        const pointer = { namespace, name, revision, attributes };
        if (meets(pointer, requirements)) yield pointer;
      }
      const last = rows[POINTERS - 1];
      if (!last) return;
      after = { namespace: last[0], name: last[1] };
    }
  }

  count(scope: Scope): number {
    const where = new Where(scope);
    return Number(this.#first(`SELECT count(*) FROM objects WHERE ${where.text}`, ...where.values)?.[0]);
  }

  resources(): readonly GroupResource[] {
    return [...this.#select("SELECT DISTINCT resource FROM objects ORDER BY resource")].flat() as GroupResource[];
  }

  /** The number of objects per resource and namespace. */
  held(): readonly Held[] {
    const rows = this.#select("SELECT resource, namespace, count(*) FROM objects GROUP BY resource, namespace");
    return [...rows].map(([resource, namespace, objects]) => ({ resource, namespace, objects }) as Held);
  }

  usage(): Usage {
    const query = "SELECT count(*), sum(length(l.text)) FROM objects o JOIN log l ON l.revision = o.revision";
    const [objects, bytes] = this.#first(query) ?? [];
    return { objects: Number(objects ?? 0), bytes: Number(bytes ?? 0) };
  }

  agedThrough(after: Revision, { through, committedBy, look }: Aged): Revision {
    // Revisions are dense after the mark. The first young entry ends the search; usually it is the very first.
    const last = Math.min(through, after + look);
    const query =
      "SELECT revision FROM log WHERE revision > ? AND revision <= ? AND committed > ? ORDER BY revision LIMIT 1";
    const [young] = (this.#first(query, after, last, committedBy) as [Revision] | undefined) ?? [];
    return asRevision(young === undefined ? last : young - 1);
  }

  compact(from: Revision, through: Revision): void {
    this.#sql.exec(
      `WITH step AS (SELECT revision, replaced, tombstone FROM log WHERE revision > ?1 AND revision <= ?2)
       DELETE FROM log WHERE revision IN (SELECT replaced FROM step UNION ALL SELECT revision FROM step WHERE tombstone = 1)`,
      from,
      through,
    );
  }

  /**
   * Forgets everything (rule STORE-ERASE). Revisions continue after all earlier ones: a client that remembers one learns
   * that it is stale or gone. The clock (ms) stands in for the revision if an interrupted erasure lost it.
   */
  static async erase(storage: DurableObjectStorage, now: number): Promise<void> {
    const { revision } = new SqliteTables(storage).marks();
    await storage.deleteAll();
    const empty = await SqliteTables.open(storage);
    const next = asRevision(Math.max(revision + 1, now));
    empty.setMark("oldest", next);
    empty.setMark("policy", next);
  }

  /** Re-encrypts what is sealed with an older key, one step at a time. */
  reseal(): Generator<undefined, void> {
    return reseal({ sql: this.#sql, texts: this.#texts }, this.marks().revision);
  }

  /** The id of a key that some text is sealed with and the deployment lacks. */
  lostKey(): number | undefined {
    return lostKey({ sql: this.#sql, texts: this.#texts });
  }

  #open(text: StoredText, revision: Revision | undefined): string {
    return this.#texts.open(text, String(revision));
  }

  #rowOf(columns: SqlStorageValue[]): LogRow {
    const [revision, replaced, tombstone, resource, namespace, name, attributes, previous, stored, inherited] =
      columns as [Revision, Revision | null, number, string, string, string, string, string | null, StoredText, number];
    const moved = inherited === 1 && replaced !== null;
    const text = this.#open(stored, moved ? replaced : revision);
    return {
      revision,
      replaced,
      tombstone: tombstone === 1,
      key: { resource, namespace, name },
      attributes,
      text: moved ? moveRevision(text, replaced, revision) : text,
      previous,
    };
  }

  #select(query: string, ...values: SqlStorageValue[]): Iterable<SqlStorageValue[]> {
    return this.#sql.exec(query, ...values).raw();
  }

  #first(query: string, ...values: SqlStorageValue[]): SqlStorageValue[] | undefined {
    return this.#sql
      .exec(query, ...values)
      .raw()
      .next().value;
  }
}
