/**
 * How much of a server one client may use at once. A thread takes requests in the order of their arrival, so a client
 * that sends many without waiting makes everybody else wait. Each user may therefore have a limited amount under way,
 * and is asked to retry beyond that, as with Kubernetes' priority and fairness; administrators are exempt, there and
 * here. Each isolate counts for itself.
 */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { MASTERS, type User } from "../../auth/user.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import { FREE_TURN, holdUntilRead, type Turn } from "../../fairness/turn.ts";

/** In units of single-object requests. A collection may be everything there is, so it costs more. */
const OF_USER = 300;
const OF_CLUSTER = 1500;
const COLLECTION = 10;
/** A body is held in memory, and the longer it is, the longer it takes to process. */
const BODY_BYTES = 16 * 1024;

const COLLECTIONS: ReadonlySet<string> = new Set(["list", "deletecollection"]);
const RETRY_SECONDS = 1;

const underWay = new Map<string, number>();

interface Requester {
  readonly user: User;
  readonly cluster: string;
  readonly verb: string;
  /** The length of the request's body. */
  readonly bodyBytes: number;
}

/** Returns the result of `serve`, or throws 429. A watch or a log is under way until its answer begins. */
export async function limitInFlight<T>(requester: Requester, serve: (turn: Turn) => Promise<T>): Promise<T> {
  const bounds = boundsOf(requester);
  if (bounds.length === 0) return serve(FREE_TURN);
  const leave = enter(bounds, costOf(requester));
  let lasts = false;
  const turn: Turn = {
    holdUntilRead(body) {
      lasts = true;
      return holdUntilRead(body, leave);
    },
  };
  try {
    return await serve(turn);
  } catch (error) {
    lasts = false;
    throw error;
  } finally {
    if (!lasts) leave();
  }
}

const costOf = ({ verb, bodyBytes }: Requester): number =>
  (COLLECTIONS.has(verb) ? COLLECTION : 1) + Math.floor(bodyBytes / BODY_BYTES);

/** A share that a request counts against, and its size. */
type Bound = readonly [who: string, most: number];

function boundsOf({ user, cluster }: Requester): readonly Bound[] {
  const bounds: Bound[] = [];
  if (!user.groups.includes(MASTERS)) bounds.push([`${cluster} ${user.name}`, OF_USER]);
  // The deployment's own cluster must not suffer from the others.
  if (cluster !== DEFAULT_CLUSTER) bounds.push([cluster, OF_CLUSTER]);
  return bounds;
}

/** Returns the function that leaves again; calling it twice has no effect. */
function enter(bounds: readonly Bound[], cost: number): () => void {
  for (const [who, most] of bounds) {
    if ((underWay.get(who) ?? 0) + cost > most)
      throw new ApiError(tooManyRequests("Too many requests, please try again later.", RETRY_SECONDS));
  }
  for (const [who] of bounds) underWay.set(who, (underWay.get(who) ?? 0) + cost);
  let left = false;
  return () => {
    if (left) return;
    left = true;
    for (const [who] of bounds) {
      const rest = (underWay.get(who) ?? 0) - cost;
      if (rest > 0) underWay.set(who, rest);
      else underWay.delete(who);
    }
  };
}
