/**
 * A queue for requests that change policy. Each such change makes concurrent decisions stale: one wins, and the others
 * decide again. To save that work, the losers queue up. No request awaits a promise of another one, which may end with
 * its request: each polls for its turn, and a place that has not polled for a while is skipped. The queue is
 * an optimization only: the store refuses what is stale.
 */
export interface Place {
  /** Resolves when nobody is ahead. */
  readonly first: () => Promise<void>;
  readonly leave: () => void;
}

const LOOK_MS = 3;
const MAX_POLL_MS = 30;
const SILENCE_MS = 500;

interface Waiting {
  lastSeen: number;
}

/** By cluster. */
const lines = new Map<string, readonly Waiting[]>();

export function standInLine(cluster: string): Place {
  const own: Waiting = { lastSeen: 0 };
  const first = async () => {
    for (;;) {
      own.lastSeen = Date.now();
      const present = (lines.get(cluster) ?? []).filter((each) => own.lastSeen - each.lastSeen < SILENCE_MS);
      const line = present.includes(own) ? present : [...present, own];
      lines.set(cluster, line);
      const ahead = line.indexOf(own);
      if (ahead === 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(ahead * LOOK_MS, MAX_POLL_MS)));
    }
  };
  const leave = () => {
    const left = (lines.get(cluster) ?? []).filter((each) => each !== own);
    if (left.length > 0) lines.set(cluster, left);
    else lines.delete(cluster);
  };
  return { first, leave };
}
