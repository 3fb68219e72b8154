/** A revision of the log that can be read, with its time. */
import type { Revision } from "./store/store.ts";

export interface Moment {
  readonly revision: Revision;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
