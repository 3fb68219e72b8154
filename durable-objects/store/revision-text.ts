/**
 * The revision inside an object's text (rule STORE-SPLICE). Texts begin with kind, apiVersion and metadata, and quotes
 * inside JSON strings are escaped, so the first occurrence is the object's own.
 */
import type { Revision } from "../../api/store/store.ts";

const EMPTY = '"resourceVersion":""';

/** Rejects a text that no revision could be written into: the caller's mistake, never a client's. */
export function mustTakeRevision(text: string): void {
  if (!text.includes(EMPTY)) throw new Error(`the object's text has no ${EMPTY}: ${text.slice(0, 200)}`);
}

export const writeRevision = (text: string, revision: Revision): string =>
  text.replace(EMPTY, `"resourceVersion":"${revision}"`);

/** The same object at a later revision, as watchers see it when it is deleted or leaves their selector. */
export const moveRevision = (text: string, from: Revision, to: Revision): string =>
  text.replace(`"resourceVersion":"${from}"`, `"resourceVersion":"${to}"`);
