/** A point of the log that can be looked at. */
import type { Revision } from "./store.ts";

export interface Moment {
  readonly revision: Revision;
  /** Milliseconds since 1970. */
  readonly at: number;
}
