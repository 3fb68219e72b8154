/** Other objects that want to know that the log has grown. They read it themselves: a poke may be lost or come twice. */
import type { GroupResource, Revision } from "../../../api/store.ts";
import type { Turns } from "../turns.ts";

/** What a listener needs to hear of, and how soon. */
export interface Hearing {
  readonly promptly: readonly GroupResource[];
  /** What may wait for {@link PATIENCE} once it was told of something. */
  readonly patiently: readonly GroupResource[] | "everything";
  /** Milliseconds from a commit to its poke at least, of a listener that gives everybody else more than {@link GRACE}. */
  readonly grace?: number;
}

/** Answers what the listener needs to hear of from now on; undefined: all, promptly. */
export type Poke = (revision: Revision) => Promise<Hearing | undefined>;

/** The log has grown to that revision by entries of these resources. */
export type Committed = (revision: Revision, resources: ReadonlySet<GroupResource>) => void;

/**
 * Milliseconds from one poke of a listener to its next. Under load each costs two
 * calls between objects, as much as a create, and the listener reads all that it is told of in one anyway.
 */
export const SPACING = 10;
/**
 * Milliseconds from a commit to its poke at least: all share one thread, and the writer's answer and the watchers' events
 * leave first. A create on a cluster at rest was answered after 5.4 ms, and is after 4.3.
 */
export const GRACE = 5;
/**
 * The same as SPACING for what nobody waits for. A client that writes config maps at its full speed spent a fifth of
 * all CPU on pokes.
 */
export const PATIENCE = 100;

/** At most one poke is under way for each listener, and one more waits. */
export function pokes(listeners: readonly Poke[], turns: Pick<Turns, "now" | "after">): Committed {
  const tell = listeners.map((poke) => coalesced(poke, turns));
  return (revision, resources) => {
    for (const poke of tell) poke(revision, resources);
  };
}

function coalesced(poke: Poke, turns: Pick<Turns, "now" | "after">): Committed {
  let hearing: Hearing | undefined;
  let underWay = false;
  let started = Number.NEGATIVE_INFINITY;
  /** What is not told yet, since when, and how long after the last poke it is to be. */
  let waiting: { readonly revision: Revision; readonly since: number; readonly distance: number } | undefined;
  let timer: { readonly due: number; readonly callOff: () => void } | undefined;

  const run = async (revision: Revision) => {
    waiting = undefined;
    underWay = true;
    started = turns.now();
    // A listener that fails is told again by the next commit, and has its own alarm behind that.
    hearing = (await poke(revision).catch(() => undefined)) ?? undefined;
    underWay = false;
    plan();
  };
  const plan = () => {
    if (underWay || !waiting) return;
    const due = Math.max(started + waiting.distance, waiting.since + (hearing?.grace ?? GRACE));
    if (timer && timer.due <= due) return;
    timer?.callOff();
    timer = undefined;
    const wait = due - turns.now();
    if (wait <= 0) return void run(waiting.revision);
    const callOff = turns.after(wait, () => {
      timer = undefined;
      if (waiting) void run(waiting.revision);
    });
    timer = { due, callOff };
  };
  return (revision, resources) => {
    const distance = distanceOf(resources, hearing);
    if (distance === undefined) return;
    const { since = turns.now(), distance: planned = distance } = waiting ?? {};
    waiting = { revision, since, distance: Math.min(distance, planned) };
    plan();
  };
}

/** Undefined where the listener need not hear of it. */
function distanceOf(resources: ReadonlySet<GroupResource>, hearing: Hearing | undefined): number | undefined {
  if (!hearing || hearing.promptly.some((resource) => resources.has(resource))) return SPACING;
  const { patiently } = hearing;
  const heard = patiently === "everything" || patiently.some((resource) => resources.has(resource));
  return heard ? PATIENCE : undefined;
}
