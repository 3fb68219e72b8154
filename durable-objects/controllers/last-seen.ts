/**
 * When each node's agent was last heard from, as far as controllers need to know: only items of silent nodes depend on
 * it, so the hub is asked rarely.
 */

/** In ms since the epoch; undefined: never. */
export type LastSeen = (node: string) => number | undefined;

export interface LastSeenOptions {
  /** Asks the hub. */
  readonly read: () => Promise<LastSeen>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** How old an answer may be. A node counts as silent after five times this. */
const MAX_AGE_MS = 10_000;

/** While the hub fails, its last answer holds. */
export function rarelyRead({ read, now, onError }: LastSeenOptions): () => Promise<LastSeen> {
  let known: LastSeen = () => undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() - askedAt < MAX_AGE_MS) return known;
    askedAt = now();
    try {
      known = await read();
    } catch (error) {
      onError(error);
    }
    return known;
  };
}
