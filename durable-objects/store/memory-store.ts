/** A ClusterStore in memory, in plain Node, for tests of what is built on a store. Pass a clock to control time. */
import type { RowForm } from "./lists/item-form.ts";
import { type CheckReport, checkInTurns } from "./log/check.ts";
import type { Window } from "./log/compaction.ts";
import type { Lifetimes } from "./log/lifetimes.ts";
import { LogStore } from "./log-store.ts";
import { serveStream } from "./serve-stream.ts";
import { MemoryTables } from "./tables/memory-tables.ts";
import { RecentTables } from "./tables/recent-tables.ts";
import type { Turns } from "./turns.ts";

interface MemoryStoreOptions {
  readonly window?: Window;
  readonly lifetimes?: Lifetimes;
  readonly now?: () => number;
  readonly rowForm?: RowForm;
  /** Keeps recent values cached, as a ClusterStore does. */
  readonly recent?: boolean;
}

/** The methods of a ClusterStore's stub, `fetch` included. */
export class MemoryStore extends LogStore {
  readonly #tables: MemoryTables;
  readonly #turns: Turns;

  constructor({ window, lifetimes, rowForm, now = Date.now, recent = false }: MemoryStoreOptions = {}) {
    const tables = new MemoryTables();
    const turns = nodeTurns(now);
    super(recent ? new RecentTables(tables) : tables, {
      turns,
      ...(window && { window }),
      ...(lifetimes && { lifetimes }),
      ...(rowForm && { rowForm }),
    });
    this.#tables = tables;
    this.#turns = turns;
  }

  check(): Promise<CheckReport> {
    return checkInTurns(this.#tables, this.#turns);
  }

  /** Streams, as the stub's `fetch` answers them. */
  async fetch(request: Request | string, init?: RequestInit): Promise<Response> {
    return serveStream(this, new Request(request, init));
  }
}

/** The event loop of Node.js, with a clock of one's own. */
export const nodeTurns = (now: () => number): Turns => ({
  now,
  later: (run) => void setTimeout(run, 0),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  settled: async () => {},
});
