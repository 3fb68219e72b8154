/**
 * How much of a server one client may use at once, answers that it has not read included (rule FAIR-USER). Beyond that
 * it is asked to retry; administrators are exempt, as from priority levels. Each isolate counts for itself.
 */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { MASTERS, type User } from "../../auth/user.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import { clientOf } from "../../fairness/client.ts";
import { type CountedRequest, costOf } from "../../fairness/request-cost.ts";
import { FREE_TURN, holdUntilRead, type Turn } from "../../fairness/turn.ts";

/** In units of single-object requests. */
const MAX_COST_OF_USER = 300;
const MAX_COST_OF_CLUSTER = 1500;
const RETRY_SECONDS = 1;

/** The cost of each client's requests. */
const inFlight = new Map<string, number>();

interface Requester extends CountedRequest {
  readonly user: User;
  readonly cluster: string;
}

/** Returns the result of `serve`, or throws 429. A watch or a log is in flight until its response begins. */
export async function limitInFlight<T>(requester: Requester, serve: (turn: Turn) => Promise<T>): Promise<T> {
  const limits = limitsOf(requester);
  if (limits.length === 0) return serve(FREE_TURN);
  const leave = enter(limits, costOf(requester));
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

/** What a request counts against. */
interface Limit {
  readonly client: string;
  readonly maxCost: number;
}

function limitsOf(requester: Requester): readonly Limit[] {
  const { user, cluster } = requester;
  const limits: Limit[] = [];
  if (!user.groups.includes(MASTERS)) limits.push({ client: clientOf(requester), maxCost: MAX_COST_OF_USER });
  // The deployment's own cluster must not suffer from the others.
  if (cluster !== DEFAULT_CLUSTER) limits.push({ client: cluster, maxCost: MAX_COST_OF_CLUSTER });
  return limits;
}

/** Returns the function that leaves again; calling it twice has no effect. */
function enter(limits: readonly Limit[], cost: number): () => void {
  for (const { client, maxCost } of limits) {
    if ((inFlight.get(client) ?? 0) + cost > maxCost)
      throw new ApiError(tooManyRequests("Too many requests, please try again later.", RETRY_SECONDS));
  }
  for (const { client } of limits) inFlight.set(client, (inFlight.get(client) ?? 0) + cost);
  let hasLeft = false;
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    for (const { client } of limits) {
      const rest = (inFlight.get(client) ?? 0) - cost;
      if (rest > 0) inFlight.set(client, rest);
      else inFlight.delete(client);
    }
  };
}
