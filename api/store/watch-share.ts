/** How many watches, or lists that are not taken to their end, there may be, this one among them (rules FAIR-WATCH, FAIR-LIST). */
export interface WatchShare {
  /** Whose it is, and how many of his one object may hold; this one counts for so many, 1 where nothing is said. */
  readonly holder?: { readonly name: string; readonly most: number; readonly takes?: number };
  /** Of everybody, at the store and the relays that carry its watches. */
  readonly most?: number;
}
