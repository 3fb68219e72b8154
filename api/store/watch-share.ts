/** How many watches there may be, this one among them (rule FAIR-WATCH). */
export interface WatchShare {
  /** Whose it is, and how many of his one object may hold. */
  readonly holder?: { readonly name: string; readonly most: number };
  /** Of everybody, at the store and the relays that carry its watches. */
  readonly most?: number;
}
