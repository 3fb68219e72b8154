/** Serves requests when their priority levels have seats for them (rule FAIR-LEVEL). Each isolate counts for itself. */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { ResourceAttributes } from "../../auth/attributes.ts";
import type { User } from "../../auth/user.ts";
import { REQUEST_MS } from "../../deadline.ts";
import type { Flow } from "../../fairness/classify.ts";
import { priorityLevels } from "../../fairness/priority-levels.ts";
import { type CountedRequest, costOf } from "../../fairness/request-cost.ts";
import { type Entrance, Seats } from "../../fairness/seats.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { isLongRunningSubresource } from "../request/long-running.ts";

/** As in Kubernetes. */
const MAX_WAIT_MS = REQUEST_MS / 4;
const LOOK_MS = 1000;
const RETRY_SECONDS = 1;

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

/** Runs `serve`, and gives the seats back that it took. */
export async function withSeats<T>(serve: (seats: RequestSeats) => Promise<T>): Promise<T> {
  const seats = new RequestSeats();
  try {
    return await serve(seats);
  } finally {
    seats.leave();
  }
}

/** A request's seats. They are its own until it is served, however often policy changes and it is decided again. */
export class RequestSeats {
  #until: number | undefined;
  #leave: (() => void) | undefined;

  /** Throws 429 if there are none in time. Most requests need not wait, and so not await anything. */
  take(request: SeatedRequest): Promise<void> | undefined {
    if (this.#leave) return undefined;
    const { cluster, policy, flow, attributes } = request;
    const levels = policy.derive(priorityLevels);
    // What lasts takes no seat; a watch has one until it begins.
    const lasts = isLongRunningSubresource(attributes.subresource);
    const level = flow && !lasts ? levels.get(flow.priorityLevel) : undefined;
    if (!flow || !level) return undefined;
    // What needs more than the level has runs alone there.
    const claim = { level, flow: flowKey(flow, request), seats: Math.min(costOf(request), Math.max(1, level.nominal)) };
    this.#until ??= Date.now() + MAX_WAIT_MS;
    const seats = seatsOf(cluster);
    const entrance = seats.enter(claim, levels);
    if (entrance.kind === "refused") throw busy();
    if (entrance.kind === "waiting") return this.#wait(seats, entrance, this.#until);
    this.#leave = entrance.leave;
    return undefined;
  }

  async #wait(seats: Seats, entrance: Waiting, until: number): Promise<void> {
    if (!(await seatedInTime(seats, entrance, until))) throw busy();
    this.#leave = entrance.leave;
  }

  leave(): void {
    this.#leave?.();
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

const busy = () => new ApiError(tooManyRequests("Too many requests, please try again later.", RETRY_SECONDS));

type Waiting = Extract<Entrance, { kind: "waiting" }>;

/**
 * The timer shows the others that the request is still there, and the platform that it is not stuck while it waits for
 * them; it also notices its seats where one request cannot continue another (docs/decisions/0010).
 */
async function seatedInTime(seats: Seats, { seated, ask, giveUp }: Waiting, until: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  void seated.then(resolve);
  const look = () => {
    seats.expire();
    if (ask()) resolve(true);
    else if (Date.now() >= until) giveUp();
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
