import type { Revision } from "./store.ts";

/** A number of the log: read from a text, or computed from another one. */
export const asRevision = (number: number): Revision => number as Revision;
