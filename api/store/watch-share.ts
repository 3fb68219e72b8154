/**
 * How many watches, or lists that are not read to the end, there may be, including this one (rules FAIR-WATCH,
 * FAIR-LIST).
 */
export interface WatchShare {
  /** The holder, and how many one object may hold for them; this one counts as so many, by default 1. */
  readonly holder?: { readonly name: string; readonly most: number; readonly takes?: number };
  /** For all holders, at the store and the relays that carry its watches. */
  readonly most?: number;
}
