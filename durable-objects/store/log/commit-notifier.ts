/**
 * Notifies other objects that the log has grown. They read the log themselves, so a notification may be lost or
 * repeated.
 */
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { Turns } from "../turns.ts";

/** Which resources' commits a listener is notified of, and how soon. */
export interface Subscription {
  readonly prompt: readonly GroupResource[];
  /** Resources that may wait for {@link DEFERRED_SPACING_MS} after the previous notification. */
  readonly deferred: readonly GroupResource[] | "everything";
  /** The minimum delay (ms) from a commit to its notification, for listeners that ask for more than {@link GRACE_MS}. */
  readonly grace?: number;
}

/** Is called with the newest revision. Returns its subscription from now on; undefined: everything, promptly. */
export type Listener = (revision: Revision) => Promise<Subscription | undefined>;

/** The log has grown to this revision by entries of these resources. */
export type Committed = (revision: Revision, resources: ReadonlySet<GroupResource>) => void;

/**
 * Between notifications of a listener. Under load each costs two calls between objects, as much as a
 * create, and the listener reads everything new at once anyway.
 */
export const SPACING_MS = 10;
/**
 * The minimum delay from a commit to its notification. All share one thread, so this lets the writer's answer and
 * the watchers' events leave first. It lowered a create on a quiet cluster from 5.4 ms to 4.3.
 */
export const GRACE_MS = 5;
/**
 * Like SPACING_MS, for what nobody waits for. A client writing config maps at full speed spent a fifth of all CPU on
 * notifications.
 */
export const DEFERRED_SPACING_MS = 100;

/** Each listener has at most one notification under way, and one more waiting. */
export function commitNotifier(listeners: readonly Listener[], turns: Pick<Turns, "now" | "after">): Committed {
  const notifiers = listeners.map((notify) => coalesced(notify, turns));
  return (revision, resources) => {
    for (const notify of notifiers) notify(revision, resources);
  };
}

function coalesced(notify: Listener, turns: Pick<Turns, "now" | "after">): Committed {
  let subscription: Subscription | undefined;
  let underWay = false;
  let started = Number.NEGATIVE_INFINITY;
  /** What has not been announced yet, since when, and how long after the last notification it should be. */
  let waiting: { readonly revision: Revision; readonly since: number; readonly distance: number } | undefined;
  let timer: { readonly due: number; readonly cancel: () => void } | undefined;

  const run = async (revision: Revision) => {
    waiting = undefined;
    underWay = true;
    started = turns.now();
    // A failed notification is repeated with the next commit, and the listener's own alarm is behind that.
    subscription = (await notify(revision).catch(() => undefined)) ?? undefined;
    underWay = false;
    plan();
  };
  const plan = () => {
    if (underWay || !waiting) return;
    const due = Math.max(started + waiting.distance, waiting.since + (subscription?.grace ?? GRACE_MS));
    if (timer && timer.due <= due) return;
    timer?.cancel();
    timer = undefined;
    const wait = due - turns.now();
    if (wait <= 0) return void run(waiting.revision);
    const cancel = turns.after(wait, () => {
      timer = undefined;
      if (waiting) void run(waiting.revision);
    });
    timer = { due, cancel };
  };
  return (revision, resources) => {
    const distance = distanceOf(resources, subscription);
    if (distance === undefined) return;
    const { since = turns.now(), distance: planned = distance } = waiting ?? {};
    waiting = { revision, since, distance: Math.min(distance, planned) };
    plan();
  };
}

/** Undefined if the listener need not be notified. */
function distanceOf(resources: ReadonlySet<GroupResource>, subscription: Subscription | undefined): number | undefined {
  if (!subscription || subscription.prompt.some((resource) => resources.has(resource))) return SPACING_MS;
  const { deferred } = subscription;
  const isSubscribed = deferred === "everything" || deferred.some((resource) => resources.has(resource));
  return isSubscribed ? DEFERRED_SPACING_MS : undefined;
}
