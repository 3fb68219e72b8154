/** A relay of a store in memory, whose streams of the log may end at any time. */
import type { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { RelayedWatches } from "../../durable-objects/store/watch/relayed-watches.ts";

export type Watched = Pick<MemoryStore, "watch">;

interface Flaws {
  readonly maxLogLength?: number;
  /** How many chunks a stream of the log sends before it breaks. */
  readonly lines?: number;
  /** What goes wrong with the first stream: it sends something unintelligible, or the log does not reach back far enough. */
  readonly first?: "garbled" | "compacted";
  /** Calls of the store other than for its log fail. */
  readonly isSilent?: boolean;
}

export interface RelayUnderTest extends Watched {
  readonly watches: RelayedWatches;
  /** How many streams of the log were opened, and are open. */
  readonly tails: { opened: number; open: number };
  /** The numbers of watches that were reported to the store. */
  readonly held: number[];
}

export function relayOf(
  store: MemoryStore,
  { maxLogLength, lines = Number.POSITIVE_INFINITY, first, isSilent = false }: Flaws = {},
): RelayUnderTest {
  const tails = { opened: 0, open: 0 };
  const held: number[] = [];
  const mustSpeak = () => {
    if (isSilent) throw new Error("the store is restarting");
  };
  const watches = new RelayedWatches({
    ...(maxLogLength !== undefined && { maxLogLength }),
    turns: {
      now: Date.now,
      later: (run) => void setTimeout(run, 0),
      after: (milliseconds, run) => {
        const timer = setTimeout(run, lines < Number.POSITIVE_INFINITY ? Math.min(milliseconds, 5) : milliseconds);
        return () => clearTimeout(timer);
      },
      settled: async () => {},
    },
    store: () => ({
      async after(request) {
        mustSpeak();
        return store.after(request);
      },
      async list(request) {
        mustSpeak();
        return store.list(request);
      },
      read: (request) => store.read(request),
      async status() {
        // A call takes a while.
        await new Promise((resume) => setTimeout(resume, 1));
        return store.status();
      },
      holds: async (count) => void held.push(count),
      async tail(since, count) {
        const tail = store.tail(since, () => tails.open--);
        if (!tail) return undefined;
        held.push(count);
        tails.opened++;
        tails.open++;
        if (first && tails.opened === 1) {
          if (first === "garbled") return garbled(tail);
          await tail.cancel();
          return undefined;
        }
        return lines < Number.POSITIVE_INFINITY ? breakingOff(tail, lines) : tail;
      },
    }),
  });
  return {
    watches,
    tails,
    held,
    async watch(request) {
      const refused = store.refusesWatch(request);
      return refused ?? watches.open(request);
    },
  };
}

function breakingOff(tail: ReadableStream<Uint8Array>, chunks: number): ReadableStream<Uint8Array> {
  const reader = tail.getReader();
  let left = chunks;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
      if (--left > 0) return;
      await reader.cancel();
      controller.error(new Error("broken off"));
    },
    cancel: () => reader.cancel(),
  });
}

function garbled(tail: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return tail.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("nothing\n")),
    }),
  );
}
