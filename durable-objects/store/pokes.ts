/** Other objects that want to know that the log has grown. They read it themselves: a poke may be lost or come twice. */
import type { GroupResource, Revision } from "../../api/store.ts";
import type { Turns } from "./turns.ts";

/** Answers the resources that the listener reads, and needs to hear of; undefined: all. */
export type Poke = (revision: Revision) => Promise<readonly GroupResource[] | undefined>;

/** The log has grown to that revision by entries of these resources. */
export type Committed = (revision: Revision, resources: ReadonlySet<GroupResource>) => void;

/**
 * Milliseconds from one poke of a listener to its next. The first after a quiet time goes at once; under load each costs two
 * calls between objects, as much as a create, and the listener reads all that it is told of in one anyway.
 */
export const SPACING = 10;

/** At most one poke is under way for each listener, and one more waits. */
export function pokes(listeners: readonly Poke[], turns: Pick<Turns, "now" | "after">): Committed {
  const tell = listeners.map((poke) => coalesced(poke, turns));
  return (revision, resources) => {
    for (const poke of tell) poke(revision, resources);
  };
}

function coalesced(poke: Poke, turns: Pick<Turns, "now" | "after">): Committed {
  let busy = false;
  let waiting: Revision | undefined;
  let follows: readonly GroupResource[] | undefined;
  const run = async (revision: Revision) => {
    busy = true;
    const started = turns.now();
    // A listener that fails is told again by the next commit, and has its own alarm behind that.
    follows = (await poke(revision).catch(() => undefined)) ?? undefined;
    turns.after(Math.max(0, started + SPACING - turns.now()), () => {
      busy = false;
      if (waiting === undefined) return;
      const next = waiting;
      waiting = undefined;
      void run(next);
    });
  };
  return (revision, resources) => {
    if (follows && !follows.some((resource) => resources.has(resource))) return;
    if (busy) waiting = revision;
    else void run(revision);
  };
}
