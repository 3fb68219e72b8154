/** Moves the log's texts to another encryption key, and finds texts whose key is missing. */
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { SealedTexts, StoredText } from "../../sealing/sealed-texts.ts";
import { keyOf } from "../../sealing/sealer.ts";

/** Per step: revisions to look at, and texts, each of which may have 1.5 MiB, in memory at once. */
const STEP = 2000;
const TEXTS = 16;

interface SealedLog {
  readonly sql: SqlStorage;
  readonly texts: SealedTexts;
}

/** Re-encrypts what is sealed with an older key or not at all. Yields after each step, so that other work can run. */
export function* reseal({ sql, texts }: SealedLog, newest: Revision): Generator<undefined, void> {
  if (!texts.sealing || isUnderNewest({ sql, texts })) return;
  const { sealer, resources } = texts.sealing;
  const query = `SELECT revision, resource, text FROM log WHERE revision > ? AND revision <= ? AND text != ''
    AND resource IN (SELECT value FROM json_each(?)) ORDER BY revision LIMIT ${TEXTS}`;
  for (let from = 0; from < newest; ) {
    const found = [...sql.exec(query, from, from + STEP, JSON.stringify([...resources])).raw()];
    const rows = found as [Revision, GroupResource, StoredText][];
    for (const [revision, resource, text] of rows) {
      if (typeof text !== "string" && keyOf(new Uint8Array(text)) === sealer.current) continue;
      const place = String(revision);
      sql.exec(
        "UPDATE log SET text = ? WHERE revision = ?",
        texts.seal(resource, texts.open(text, place), place),
        revision,
      );
    }
    from = rows[TEXTS - 1]?.[0] ?? from + STEP;
    yield undefined;
  }
  sql.exec(
    "INSERT INTO marks (name, revision) VALUES ('sealed', ?) ON CONFLICT DO UPDATE SET revision = excluded.revision",
    sealer.current,
  );
}

/**
 * The id of a key that some text is sealed with and the deployment lacks. Reads no text if all are sealed with the
 * newest key.
 */
export function lostKey({ sql, texts }: SealedLog): number | undefined {
  if (!texts.sealing || isUnderNewest({ sql, texts })) return undefined;
  const { sealer, resources } = texts.sealing;
  const known = sealer.ids.map((id) => id.toString(16).padStart(8, "0").toUpperCase());
  const query = `SELECT text FROM log WHERE typeof(text) = 'blob' AND resource IN (SELECT value FROM json_each(?))
    AND hex(substr(text, 2, 4)) NOT IN (SELECT value FROM json_each(?)) LIMIT 1`;
  const [lost] =
    sql
      .exec(query, JSON.stringify([...resources]), JSON.stringify(known))
      .raw()
      .next().value ?? [];
  return lost instanceof ArrayBuffer ? keyOf(new Uint8Array(lost)) : undefined;
}

/** The mark holds the id of the key that everything is sealed with. */
function isUnderNewest({ sql, texts }: SealedLog): boolean {
  const [mark] = sql.exec("SELECT revision FROM marks WHERE name = 'sealed'").raw().next().value ?? [];
  return mark === texts.sealing?.sealer.current;
}
