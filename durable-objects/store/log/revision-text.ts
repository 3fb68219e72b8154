/**
 * The revision inside an object's text (rule STORE-SPLICE). Texts lead with kind, apiVersion and metadata, and inside a JSON
 * string a quote is escaped, so the first occurrence is the object's own.
 */
import type { Revision } from "../../../api/store.ts";

const EMPTY = '"resourceVersion":""';

/** Refuses what no revision could be written into: a caller's mistake, never a client's. */
export function mustTakeRevision(text: string): void {
  if (!text.includes(EMPTY)) throw new Error(`the object's text has no ${EMPTY}: ${text.slice(0, 200)}`);
}

export const writeRevision = (text: string, revision: Revision): string =>
  text.replace(EMPTY, `"resourceVersion":"${revision}"`);

/** The same object under a later revision, as watchers see it when it ends or leaves their selector. */
export const moveRevision = (text: string, from: Revision, to: Revision): string =>
  text.replace(`"resourceVersion":"${from}"`, `"resourceVersion":"${to}"`);
