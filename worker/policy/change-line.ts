/**
 * Who changes policy makes stale what all others decided who change it at the same time: one wins, and the others decide
 * again. So who lost stands in line. Nobody waits for what another request promised, which may end with that request: each
 * looks for itself whether its turn has come, and one that was not heard of for a while is no longer waited for. The line
 * only saves work: the store refuses what is stale.
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
