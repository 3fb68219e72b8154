/** What a priority level has under way, and who waits there. */
import type { PriorityLevel } from "./priority-levels.ts";

export interface Claim {
  readonly level: PriorityLevel;
  /** Whose request it is, within the level. */
  readonly flow: string;
  readonly seats: number;
}

/** A request that wants seats, or has them. */
export class Seating {
  readonly claim: Claim;
  /** When it got them (ms). */
  since: number | undefined;
  /** When it asked for them last (ms). */
  asked: number;
  #answer: ((isSeated: boolean) => void) | undefined;

  constructor(claim: Claim, now: number) {
    this.claim = claim;
    this.asked = now;
  }

  /** Whether it gets them, once that is known. */
  wait(): Promise<boolean> {
    if (this.since !== undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  seat(now: number): void {
    this.since = now;
    this.#answer?.(true);
  }

  giveUp(): void {
    this.#answer?.(false);
  }
}

interface Flow {
  readonly waiting: Seating[];
  /** The seats that it has had, from those of the flow on that was served when it came. */
  had: number;
}

export class LevelUsage {
  /** As configured now. */
  level: PriorityLevel;
  /** Seats. */
  taken = 0;
  /** Requests. */
  waiting = 0;
  /** Requests since the isolate began. */
  refused = 0;
  /** Those that wait, and those that have had more than others of them. */
  readonly #flows = new Map<string, Flow>();
  #had = 0;

  constructor(level: PriorityLevel) {
    this.level = level;
  }

  /** How much of its share it has. */
  get part(): number {
    return this.taken / Math.max(1, this.level.nominal);
  }

  hasRoom(flow: string): boolean {
    const { maxWaiting, maxWaitingOfFlow } = this.level;
    return this.waiting < maxWaiting && (this.#flows.get(flow)?.waiting.length ?? 0) < maxWaitingOfFlow;
  }

  add(seating: Seating): void {
    const { flow: name } = seating.claim;
    const flow = this.#flows.get(name) ?? { waiting: [], had: this.#had };
    this.#flows.set(name, flow);
    flow.waiting.push(seating);
    this.waiting++;
  }

  /** Who is next. */
  next(): Seating | undefined {
    return this.#nextFlow()?.waiting[0];
  }

  /** Who is next waits no more. */
  takeNext(): Seating | undefined {
    const flow = this.#nextFlow();
    const seating = flow?.waiting[0];
    if (!flow || !seating) return undefined;
    this.#had = flow.had;
    flow.had += seating.claim.seats;
    this.#remove(seating);
    for (const [name, { waiting, had }] of this.#flows)
      if (waiting.length === 0 && had <= this.#had) this.#flows.delete(name);
    return seating;
  }

  /** Has no effect if it does not wait. */
  giveUp(seating: Seating): void {
    if (!this.#remove(seating)) return;
    this.refused++;
    seating.giveUp();
  }

  /** Whether it was waiting. */
  #remove(seating: Seating): boolean {
    const { flow: name } = seating.claim;
    const flow = this.#flows.get(name);
    const index = flow?.waiting.indexOf(seating) ?? -1;
    if (!flow || index < 0) return false;
    flow.waiting.splice(index, 1);
    this.waiting--;
    if (this.waiting === 0) this.#flows.clear();
    return true;
  }

  /** The one of those that wait that has had the fewest seats. */
  #nextFlow(): Flow | undefined {
    let next: Flow | undefined;
    for (const flow of this.#flows.values()) if (flow.waiting.length > 0 && (!next || flow.had < next.had)) next = flow;
    return next;
  }
}
