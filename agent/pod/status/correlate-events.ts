/**
 * What is told of many events that resemble each other: as client-go does it for the kubelet, so that a pod that fails
 * over and over, each time in other words, costs a handful of events and not one a second.
 */
export interface Happening {
  readonly uid: string;
  readonly fieldPath: string | undefined;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Happenings of one key are one event, which counts them. */
export interface Correlated {
  readonly key: string;
  readonly message: string;
}

/** So many different messages of one reason are told by themselves. */
const MOST_MESSAGES = 10;
const REMEMBERED_MS = 600_000;
/** So much may be told of a pod at once, and then one more in so long. */
const BURST = 25;
const REFILL_MS = 300_000;
const LONGEST_MEMORY = 2000;

interface Similar {
  readonly messages: Set<string>;
  last: number;
}

interface Budget {
  left: number;
  at: number;
}

/** Forgets all at once what would be too much to keep. */
function remember<T>(memory: Map<string, T>, key: string, value: T): T {
  if (memory.size >= LONGEST_MEMORY) memory.clear();
  memory.set(key, value);
  return value;
}

export class EventCorrelator {
  readonly #similar = new Map<string, Similar>();
  readonly #budgets = new Map<string, Budget>();

  correlate({ uid, fieldPath, type, reason, message }: Happening, now: number): Correlated {
    const key = JSON.stringify([uid, type, reason]);
    let similar = this.#similar.get(key);
    if (similar === undefined || now - similar.last > REMEMBERED_MS)
      similar = remember(this.#similar, key, { messages: new Set<string>(), last: now });
    similar.last = now;
    if (similar.messages.size < MOST_MESSAGES - 1 || similar.messages.has(message)) {
      similar.messages.add(message);
      return { key: JSON.stringify([uid, fieldPath, type, reason, message]), message };
    }
    return { key, message: `(combined from similar events): ${message}` };
  }

  /** Whether more may be told of the pod now. */
  admits(uid: string, now: number): boolean {
    const budget = this.#budgets.get(uid) ?? remember(this.#budgets, uid, { left: BURST, at: now });
    budget.left = Math.min(BURST, budget.left + (now - budget.at) / REFILL_MS);
    budget.at = now;
    if (budget.left < 1) return false;
    budget.left--;
    return true;
  }
}
