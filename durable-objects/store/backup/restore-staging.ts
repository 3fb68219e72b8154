/**
 * Where a restore collects the uploaded objects, invisible to all, until it is complete (rule RESTORE-STAGED). One
 * restore at a time; its id is the checksum of the backup, so uploading the same file again resumes where it stopped.
 */
import type { BackupObject } from "../../../api/backup.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { SealedTexts, type Sealing, type StoredText } from "../../sealing/sealed-texts.ts";
import type { Usage } from "../tables/log-tables.ts";

type Staged = readonly [
  resource: GroupResource,
  namespace: string,
  name: string,
  revision: Revision,
  attributes: string,
  text: StoredText,
];

export interface StagedPage {
  readonly objects: BackupObject[];
  readonly next?: number;
}

/** The place that an encrypted text is bound to. */
const placeOf = (id: string, position: number): string => `restore ${id} ${position}`;

/**
 * Rows per step: no cursor may stay open while others write. Each may have 1.5 MiB, twice that as UTF-16, in which a text
 * with a single character beyond Latin-1 is sent, and an answer to the Worker no more than 32.
 */
const PAGE = 8;

export class RestoreStaging {
  readonly #sql: SqlStorage;
  readonly #texts: SealedTexts;

  /** With `sealing`, texts that the log would encrypt are encrypted here, too. */
  constructor(sql: SqlStorage, sealing?: Sealing) {
    this.#sql = sql;
    this.#texts = new SealedTexts(sealing);
  }

  /** Returns how many objects of this restore are staged already. Objects of any other restore are dropped. */
  begin(id: string): number {
    this.#sql.exec("DELETE FROM staged WHERE restore <> ?", id);
    return this.count(id);
  }

  /** Positions are consecutive, starting at 0. */
  count(id: string): number {
    const [count] =
      this.#sql.exec("SELECT max(position) + 1 FROM staged WHERE restore = ?", id).raw().next().value ?? [];
    return Number(count ?? 0);
  }

  /** How much is staged. */
  usage(id: string): Usage {
    const query = "SELECT count(*), coalesce(sum(length(text)), 0) FROM staged WHERE restore = ?";
    const [objects, bytes] = this.#sql.exec(query, id).raw().next().value ?? [];
    return { objects: Number(objects ?? 0), bytes: Number(bytes ?? 0) };
  }

  /**
   * Adds objects from a position on, which must be no further than what is staged. Returns how many are staged then.
   */
  add(id: string, from: number, objects: readonly BackupObject[]): number {
    if (from === this.count(id)) {
      for (const [index, [resource, namespace, name, revision, attributes, text]] of objects.entries()) {
        const place = placeOf(id, from + index);
        this.#sql.exec(
          `INSERT INTO staged (restore, position, resource, namespace, name, revision, attributes, text)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          id,
          from + index,
          resource,
          namespace,
          name,
          revision,
          attributes,
          this.#texts.seal(resource, text, place),
        );
      }
    }
    return this.count(id);
  }

  /** Objects of one resource, from a position on, and the position to continue from if there may be more. */
  some(id: string, resource: GroupResource, from: number): StagedPage {
    const query = `SELECT position, resource, namespace, name, revision, attributes, text FROM staged
      WHERE restore = ? AND position >= ? AND resource = ? ORDER BY position LIMIT ?`;
    const page = [...this.#sql.exec(query, id, from, resource, PAGE).raw()] as [number, ...Staged][];
    const objects = page.map(
      ([position, of, namespace, name, revision, attributes, text]): BackupObject => [
        of,
        namespace,
        name,
        revision,
        attributes,
        this.#texts.open(text, placeOf(id, position)),
      ],
    );
    const last = page.at(-1);
    return { objects, ...(last && page.length === PAGE && { next: last[0] + 1 }) };
  }

  *all(id: string): Iterable<BackupObject> {
    for (let from = 0; ; from += PAGE) {
      const query = `SELECT resource, namespace, name, revision, attributes, text FROM staged
        WHERE restore = ? AND position >= ? AND position < ? ORDER BY position`;
      const page = [...this.#sql.exec(query, id, from, from + PAGE).raw()] as unknown as Staged[];
      for (const [index, [resource, namespace, name, revision, attributes, text]] of page.entries()) {
        yield [resource, namespace, name, revision, attributes, this.#texts.open(text, placeOf(id, from + index))];
      }
      if (page.length < PAGE) return;
    }
  }

  clear(): void {
    this.#sql.exec("DELETE FROM staged");
  }
}
