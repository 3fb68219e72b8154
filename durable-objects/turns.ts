/** The event loop of a Durable Object, as the store needs it. */
import type { Turns } from "./store/turns.ts";

export const turnsOf = (storage: DurableObjectStorage): Turns => ({
  now: () => Date.now(),
  later: (run) => void setTimeout(run, 0),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  settled: () => storage.sync(),
});
