/**
 * How much of a server one client may have at once. A thread takes requests in the order in which they come: who sends many
 * without waiting makes all others wait as long. So each user may have so much under way, and what is more is asked to come
 * again, as Kubernetes' priority and fairness does; administrators are exempt there, and here. Each isolate counts for itself.
 */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { MASTERS, type User } from "../../auth/user.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";

/** In requests for one object. A collection may be all there is, so it counts for more. */
const OF_USER = 300;
const OF_CLUSTER = 1500;
const COLLECTION = 10;

const COLLECTIONS: ReadonlySet<string> = new Set(["list", "deletecollection"]);
const RETRY_SECONDS = 1;

const underWay = new Map<string, number>();

interface Asking {
  readonly user: User;
  readonly cluster: string;
  readonly verb: string;
}

/** Answers what is served, or 429. A watch, or a log, is under way until its answer begins. */
export async function inTurn<T>({ user, cluster, verb }: Asking, serve: () => Promise<T>): Promise<T> {
  const cost = COLLECTIONS.has(verb) ? COLLECTION : 1;
  const bounds: [string, number][] = [];
  if (!user.groups.includes(MASTERS)) bounds.push([`${cluster} ${user.name}`, OF_USER]);
  // The deployment's own cluster is not to suffer from the others.
  if (cluster !== DEFAULT_CLUSTER) bounds.push([cluster, OF_CLUSTER]);
  for (const [who, most] of bounds) {
    if ((underWay.get(who) ?? 0) + cost > most)
      throw new ApiError(tooManyRequests("Too many requests, please try again later.", RETRY_SECONDS));
  }
  for (const [who] of bounds) underWay.set(who, (underWay.get(who) ?? 0) + cost);
  try {
    return await serve();
  } finally {
    for (const [who] of bounds) {
      const left = (underWay.get(who) ?? 0) - cost;
      if (left > 0) underWay.set(who, left);
      else underWay.delete(who);
    }
  }
}
