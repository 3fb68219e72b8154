/**
 * The tables on disk (docs/spec/store.md, STORE-LOG). drizzle-kit writes migrations/ from this file. There is no
 * secondary index: it would be one more row written, and billed, with every write.
 */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Every change, in order. The row number is the revision, and so the resourceVersion. `text` is the widest column and last. */
export const log = sqliteTable("log", {
  revision: integer("revision").primaryKey(),
  /**
   * The entry that this one replaced: null for a creation. Can be followed while this entry is after the compaction
   * mark.
   */
  replaced: integer("replaced"),
  /** 1: the object was deleted here. */
  tombstone: integer("tombstone").notNull(),
  /** When it was committed (ms since the epoch). */
  committed: integer("committed").notNull(),
  resource: text("resource").notNull(),
  namespace: text("namespace").notNull(),
  name: text("name").notNull(),
  /** {@link Attributes} as JSON. */
  attributes: text("attributes").notNull(),
  /** The object's JSON. Empty for a tombstone that leaves the replaced entry's text unchanged. */
  text: text("text").notNull(),
});

/**
 * The objects that exist now, by key, each pointing to its entry. WITHOUT ROWID: one row written instead of two. The
 * attributes are repeated here, because a selector that looks them up in the log takes four times as long.
 */
export const objects = sqliteTable(
  "objects",
  {
    resource: text("resource").notNull(),
    namespace: text("namespace").notNull(),
    name: text("name").notNull(),
    revision: integer("revision").notNull(),
    attributes: text("attributes").notNull(),
  },
  (table) => [primaryKey({ columns: [table.resource, table.namespace, table.name] })],
);

/** A few numbers of the store's own: `policy`, the newest policy revision, and `oldest`, the compaction mark. */
export const marks = sqliteTable("marks", {
  name: text("name").primaryKey(),
  revision: integer("revision").notNull(),
});

/** What a restore has uploaded so far (restore-staging.ts); empty otherwise. */
export const staged = sqliteTable(
  "staged",
  {
    /** The checksum of the backup. */
    restore: text("restore").notNull(),
    position: integer("position").notNull(),
    resource: text("resource").notNull(),
    namespace: text("namespace").notNull(),
    name: text("name").notNull(),
    revision: integer("revision").notNull(),
    attributes: text("attributes").notNull(),
    text: text("text").notNull(),
  },
  (table) => [primaryKey({ columns: [table.restore, table.position] })],
);
