/**
 * The seats of one cluster's requests in this isolate (rule FAIR-LEVEL). Levels lend what they do not use, and get it
 * back as the borrowers' requests end. Within a level its flows take turns, by the seats that they have had.
 */
import { type Claim, LevelUsage, Seating } from "./level-usage.ts";
import type { PriorityLevel, PriorityLevels } from "./priority-levels.ts";

export type Entrance =
  | { readonly kind: "seated"; leave(): void }
  | {
      readonly kind: "waiting";
      /** Resolved, possibly by another request, when it has its seats; false if it has given up. */
      readonly seated: Promise<boolean>;
      /** Whether it has its seats. To be called every second: who does not is gone. */
      ask(): boolean;
      giveUp(): void;
      leave(): void;
    }
  | { readonly kind: "refused" };

/** Longer than any request may take (ms): whoever has not left by then has ended without being able to. */
const LONGEST_MS = 65_000;
/** Who waits and has not asked for so long (ms) has ended, too. */
const GONE_MS = 5000;

export class Seats {
  readonly #usages = new Map<string, LevelUsage>();
  /** Those that have seats, for longest first. */
  readonly #seated = new Set<Seating>();
  #levels: PriorityLevels = new Map();
  readonly #now: () => number;

  /** `now` returns milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `levels`: those of the newest policy. */
  enter(claim: Claim, levels: PriorityLevels): Entrance {
    this.#levels = levels;
    const usage = this.#usageOf(claim.level);
    const seating = new Seating(claim, this.#now());
    const leave = () => this.#leave(seating);
    if (usage.waiting === 0 && this.#fits(usage, claim.seats)) {
      this.#seat(seating, usage);
      return { kind: "seated", leave };
    }
    this.expire();
    if (!usage.hasRoom(claim.flow)) {
      usage.refused++;
      return { kind: "refused" };
    }
    usage.add(seating);
    this.#seatNext();
    const ask = () => {
      seating.asked = this.#now();
      return seating.since !== undefined;
    };
    const giveUp = () => {
      usage.giveUp(seating);
      this.#seatNext();
    };
    return { kind: "waiting", seated: seating.wait(), ask, giveUp, leave };
  }

  /** Takes back the seats of requests that have ended without leaving, as the platform may end them. */
  expire(): void {
    for (const seating of this.#seated) {
      if (this.#now() - (seating.since ?? 0) < LONGEST_MS) return;
      this.#leave(seating);
    }
  }

  usages(): Iterable<Readonly<LevelUsage>> {
    return this.#usages.values();
  }

  #usageOf(level: PriorityLevel): LevelUsage {
    const usage = this.#usages.get(level.name) ?? new LevelUsage(level);
    usage.level = level;
    this.#usages.set(level.name, usage);
    return usage;
  }

  #seat(seating: Seating, usage: LevelUsage): void {
    usage.taken += seating.claim.seats;
    this.#seated.add(seating);
    seating.seat(this.#now());
  }

  #leave(seating: Seating): void {
    if (!this.#seated.delete(seating)) return;
    const { level, seats } = seating.claim;
    const usage = this.#usages.get(level.name);
    if (!usage) return;
    usage.taken -= seats;
    // The level may have been deleted meanwhile.
    if (usage.taken === 0 && usage.waiting === 0 && !this.#levels.has(level.name)) this.#usages.delete(level.name);
    this.#seatNext();
  }

  /** Seats all that there is room for, those first whose level has the least of its share. */
  #seatNext(): void {
    const waiting = [...this.#usages.values()].filter(({ waiting }) => waiting > 0);
    for (;;) {
      waiting.sort((a, b) => a.part - b.part);
      const usage = waiting.find((each) => {
        const next = this.#nextOf(each);
        return next && this.#fits(each, next.claim.seats);
      });
      if (!usage) return;
      const seating = usage.takeNext();
      if (seating) this.#seat(seating, usage);
    }
  }

  #nextOf(usage: LevelUsage): Seating | undefined {
    for (;;) {
      const next = usage.next();
      if (!next || this.#now() - next.asked < GONE_MS) return next;
      usage.giveUp(next);
    }
  }

  #fits({ level, taken }: LevelUsage, seats: number): boolean {
    const wanted = taken + seats;
    if (wanted <= level.kept) return true;
    if (wanted > level.most || (wanted > level.nominal && this.#owesAnother(level))) return false;
    let [all, used] = [0, wanted];
    for (const other of this.#levels.values()) {
      all += other.nominal;
      if (other.name !== level.name) used += Math.max(other.kept, this.#usages.get(other.name)?.taken ?? 0);
    }
    return used <= all;
  }

  /** Nobody borrows while another level waits for its own. */
  #owesAnother({ name }: PriorityLevel): boolean {
    for (const { level, taken, waiting } of this.#usages.values())
      if (level.name !== name && waiting > 0 && taken < level.nominal) return true;
    return false;
  }
}
