/** Serves requests when their priority levels have seats for them (rule FAIR-LEVEL). Each isolate counts for itself. */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { ResourceAttributes } from "../../auth/attributes.ts";
import type { User } from "../../auth/user.ts";
import { REQUEST_MS } from "../../deadline.ts";
import type { Flow } from "../../fairness/classify.ts";
import type { Claim } from "../../fairness/level-usage.ts";
import { type PriorityLevels, priorityLevels } from "../../fairness/priority-levels.ts";
import { type CountedRequest, costOf } from "../../fairness/request-cost.ts";
import { type Entrance, Seats } from "../../fairness/seats.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";

/** As in Kubernetes. */
const MAX_WAIT_MS = REQUEST_MS / 4;
const LOOK_MS = 1000;
const RETRY_SECONDS = 1;

/** They last, and take no seat (apiserver/pkg/server/filters). A watch has one until it begins. */
const LASTING: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);

const byCluster = new Map<string, Seats>();

export function seatsOf(cluster: string): Seats {
  const seats = byCluster.get(cluster) ?? new Seats(Date.now);
  byCluster.set(cluster, seats);
  return seats;
}

interface SeatedRequest extends CountedRequest {
  readonly cluster: string;
  readonly policy: PolicySnapshot;
  readonly flow: Flow | undefined;
  readonly user: User;
  readonly attributes: ResourceAttributes;
}

/** Returns the result of `serve`, or throws 429. */
export async function withSeats<T>(request: SeatedRequest, serve: () => Promise<T>): Promise<T> {
  const { cluster, policy, flow, attributes } = request;
  const levels = policy.derive(priorityLevels);
  const level = flow && !LASTING.has(attributes.subresource) ? levels.get(flow.priorityLevel) : undefined;
  if (!flow || !level) return serve();
  // What needs more than the level has runs alone there.
  const seats = Math.min(costOf(request), Math.max(1, level.nominal));
  const leave = await take(seatsOf(cluster), { level, flow: flowKey(flow, request), seats }, levels);
  try {
    return await serve();
  } finally {
    leave();
  }
}

function flowKey({ flowSchema, distinguisher }: Flow, { user, attributes }: SeatedRequest): string {
  switch (distinguisher) {
    case "ByUser":
      return `${flowSchema} ${user.name}`;
    case "ByNamespace":
      return `${flowSchema} ${attributes.namespace}`;
    default:
      return flowSchema;
  }
}

/** Returns the function that gives the seats back. */
async function take(seats: Seats, claim: Claim, levels: PriorityLevels): Promise<() => void> {
  const entrance = seats.enter(claim, levels);
  if (entrance.kind === "refused") throw busy();
  if (entrance.kind === "waiting" && !(await seatedInTime(seats, entrance))) throw busy();
  return entrance.leave;
}

const busy = () => new ApiError(tooManyRequests("Too many requests, please try again later.", RETRY_SECONDS));

type Waiting = Extract<Entrance, { kind: "waiting" }>;

/**
 * The timer shows the others that the request is still there, and the platform that it is not stuck while it waits for
 * them; it also notices its seats where one request cannot continue another (docs/decisions/0010).
 */
async function seatedInTime(seats: Seats, { seated, ask, giveUp }: Waiting): Promise<boolean> {
  const until = Date.now() + MAX_WAIT_MS;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  void seated.then(resolve);
  const timer = setInterval(() => {
    seats.expire();
    if (ask()) resolve(true);
    else if (Date.now() >= until) giveUp();
  }, LOOK_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
