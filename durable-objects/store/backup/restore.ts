/**
 * A restore (rules RESTORE-… in docs/spec/backup.md): the writes that turn the current objects into those of a backup.
 * Their revisions continue from the newest, so a restore is one more change in the one log, and watches see it as such.
 */
import type { BackupObject, RestoreReport } from "../../../api/backup.ts";
import { keyId } from "../../../api/key-id.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { moveRevision } from "../revision-text.ts";
import type { Appended, Current, LogTables } from "../tables/log-tables.ts";

/** What a restore leaves alone. */
export interface RetainedObjects {
  /** Resources that stay as they are, since no backup contains them. */
  readonly untouched: readonly GroupResource[];
  /** Resources whose objects stay even if the backup lacks them. */
  readonly undeleted: readonly GroupResource[];
}

interface RestoreOptions {
  /** In any order; each key once. */
  readonly objects: Iterable<BackupObject>;
  readonly spared: RetainedObjects;
  readonly tables: LogTables;
  readonly newest: Revision;
  readonly now: number;
  readonly append: (row: Appended) => void;
}

export function restore(options: RestoreOptions): RestoreReport {
  const { objects, spared, tables, now, append } = options;
  const report = { created: 0, replaced: 0, deleted: 0, unchanged: 0 };
  const restored = new Set<string>();
  let revision = options.newest;
  for (const object of objects) {
    const [resource, namespace, name, was, attributes, text] = object;
    if (spared.untouched.includes(resource)) continue;
    const key = { resource, namespace, name };
    restored.add(keyId(key));
    const current = tables.current(key);
    if (current && isSame(current, object)) {
      report.unchanged++;
      continue;
    }
    revision = asRevision(revision + 1);
    append({
      revision,
      replaced: current?.revision ?? null,
      tombstone: false,
      committed: now,
      key,
      attributes,
      text: moveRevision(text, was, revision),
    });
    if (current) report.replaced++;
    else report.created++;
  }
  for (const resource of tables.resources()) {
    if (spared.untouched.includes(resource) || spared.undeleted.includes(resource)) continue;
    const gone = [...tables.pointers({ resource }, [])].filter(
      ({ namespace, name }) => !restored.has(keyId({ resource, namespace, name })),
    );
    for (const { namespace, name, revision: replaced, attributes } of gone) {
      revision = asRevision(revision + 1);
      const key = { resource, namespace, name };
      append({ revision, replaced, tombstone: true, committed: now, key, attributes, text: "" });
      report.deleted++;
    }
  }
  return { revision, ...report };
}

/** Equal except for the revision. */
const isSame = (current: Current, [, , , was, attributes, text]: BackupObject): boolean =>
  current.attributes === attributes && moveRevision(current.text, current.revision, was) === text;
