/**
 * Where a restore collects what is uploaded, out of sight of everybody, until it is whole (rule RESTORE-STAGED). One at a time:
 * its id is the checksum of the backup, so that who begins again with the same file goes on where he was.
 */
import type { BackupObject } from "../../../api/backup.ts";
import type { GroupResource, Revision } from "../../../api/store.ts";
import { SealedTexts, type Sealing, type StoredText } from "../../sealing/sealed-texts.ts";
import type { Usage } from "../log/limits.ts";

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

/** What an encrypted text is bound to. */
const placeOf = (id: string, position: number): string => `restore ${id} ${position}`;

/** Rows read in one step: what is read must not be an open cursor while others write. */
const PAGE = 64;

export class RestoreStaging {
  readonly #sql: SqlStorage;
  readonly #texts: SealedTexts;

  /** With `sealing`, what is encrypted in the log is encrypted here. */
  constructor(sql: SqlStorage, sealing?: Sealing) {
    this.#sql = sql;
    this.#texts = new SealedTexts(sealing);
  }

  /** How many objects of this restore are here already. What was staged for another is forgotten. */
  begin(id: string): number {
    this.#sql.exec("DELETE FROM staged WHERE restore <> ?", id);
    return this.count(id);
  }

  /** They lie at the positions from 0 on, without a gap. */
  count(id: string): number {
    const [count] =
      this.#sql.exec("SELECT max(position) + 1 FROM staged WHERE restore = ?", id).raw().next().value ?? [];
    return Number(count ?? 0);
  }

  /** What there is of it. */
  usage(id: string): Usage {
    const query = "SELECT count(*), coalesce(sum(length(text)), 0) FROM staged WHERE restore = ?";
    const [objects, bytes] = this.#sql.exec(query, id).raw().next().value ?? [];
    return { objects: Number(objects ?? 0), bytes: Number(bytes ?? 0) };
  }

  /** Objects from a position on, which what is there must reach to; answers how many there are then. */
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

  /** Objects of one resource, from a position on, and the position to go on from where there may be more. */
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
