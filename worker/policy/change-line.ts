/**
 * A queue for requests that change policy. Each such change makes concurrent decisions stale: one wins, and the others
 * decide again. To save that work, the losers queue up. No request awaits a promise of another one, which may end with
 * its request: each polls for its turn, and a place that has not been heard from for a while is skipped. The queue is
 * an optimization only: the store refuses what is stale.
 */
export interface Place {
  /** Resolves when nobody is ahead. */
  readonly first: () => Promise<void>;
  readonly leave: () => void;
}

const LOOK_MS = 3;
const LONGEST_LOOK_MS = 30;
const UNHEARD_MS = 500;

interface Waiting {
  heard: number;
}

/** By cluster. */
const lines = new Map<string, readonly Waiting[]>();

export function standInLine(cluster: string): Place {
  const own: Waiting = { heard: 0 };
  const first = async () => {
    for (;;) {
      own.heard = Date.now();
      const heard = (lines.get(cluster) ?? []).filter((each) => own.heard - each.heard < UNHEARD_MS);
      const line = heard.includes(own) ? heard : [...heard, own];
      lines.set(cluster, line);
      const ahead = line.indexOf(own);
      if (ahead === 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(ahead * LOOK_MS, LONGEST_LOOK_MS)));
    }
  };
  const leave = () => {
    const left = (lines.get(cluster) ?? []).filter((each) => each !== own);
    if (left.length > 0) lines.set(cluster, left);
    else lines.delete(cluster);
  };
  return { first, leave };
}
