/** Other objects that want to know that the log has grown. They read it themselves: a poke may be lost or come twice. */
import type { Revision } from "../../api/store.ts";

export type Poke = (revision: Revision) => Promise<unknown>;

/** Answers a function to call after each commit: at most one poke is under way for each listener, and one more waits. */
export function pokes(listeners: readonly Poke[]): (revision: Revision) => void {
  const tell = listeners.map(coalesced);
  return (revision) => {
    for (const poke of tell) poke(revision);
  };
}

function coalesced(poke: Poke): (revision: Revision) => void {
  let underWay = false;
  let waiting: Revision | undefined;
  const run = async (revision: Revision) => {
    underWay = true;
    // A listener that fails is told again by the next commit, and has its own alarm behind that.
    await poke(revision).catch(() => {});
    underWay = false;
    if (waiting === undefined) return;
    const next = waiting;
    waiting = undefined;
    void run(next);
  };
  return (revision) => {
    if (underWay) waiting = revision;
    else void run(revision);
  };
}
