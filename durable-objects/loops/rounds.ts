/**
 * Internal API requests, made in rounds of limited size with a poll of the network after each. workerd runs calls
 * within the process before it looks at the network, for as long as there are any: without rounds, a storm of work (a
 * thousand nodes joining or lost) would stall every client of the cluster until it is over.
 */
import type { ApiRequest, ApiResponse, TakeAnswer } from "../../api/api-request.ts";

export interface RoundsOptions {
  /** `answered` may be told early what is answered while other requests of the round are not. */
  readonly send: (requests: readonly ApiRequest[], answered: TakeAnswer) => Promise<readonly ApiResponse[]>;
  /** Requests between two polls of the network. */
  readonly maxPerRound: number;
  /** Resolves after the network has been polled. */
  readonly pause: () => Promise<void>;
  /** Urgent requests precede all others, except for a quarter of each round. */
  readonly isUrgent?: (request: ApiRequest) => boolean;
  /** Requests that may take long, each in a call of its own: no other answer waits for theirs. */
  readonly isLong?: (request: ApiRequest) => boolean;
}

/** How long (ms) to wait for a round: it may be calling a webhook. */
const TIMEOUT_MS = 100;

interface Waiting {
  readonly request: ApiRequest;
  readonly resolve: (response: ApiResponse) => void;
  readonly fail: (error: unknown) => void;
}

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #urgent: Waiting[] = [];
  readonly #rest: Waiting[] = [];
  /** How many more requests fit in before the network is polled. */
  #remaining: number;
  #isRunning = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#remaining = options.maxPerRound;
  }

  send(request: ApiRequest): Promise<ApiResponse> {
    return new Promise((resolve, fail) => {
      const line = this.#options.isUrgent?.(request) ? this.#urgent : this.#rest;
      line.push({ request, resolve, fail });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Collects requests that are made concurrently in the same turn.
    await undefined;
    while (this.#urgent.length + this.#rest.length > 0) {
      const round = this.#take(this.#remaining);
      this.#remaining -= round.length;
      const carried = Promise.all(this.#callsOf(round).map((call) => this.#carry(call)));
      if (this.#remaining > 0) continue;
      await endOrTimeout(carried);
      await this.#options.pause();
      this.#remaining = this.#options.maxPerRound;
    }
    this.#isRunning = false;
  }

  #take(most: number): readonly Waiting[] {
    const share = Math.min(this.#rest.length, Math.ceil(most / 4));
    const urgent = this.#urgent.splice(0, most - share);
    return [...urgent, ...this.#rest.splice(0, most - urgent.length)];
  }

  #callsOf(round: readonly Waiting[]): (readonly Waiting[])[] {
    const { isLong = () => false } = this.#options;
    const others = round.filter(({ request }) => !isLong(request));
    const alone = round.filter(({ request }) => isLong(request)).map((each) => [each]);
    return others.length > 0 ? [others, ...alone] : alone;
  }

  async #carry(round: readonly Waiting[]): Promise<void> {
    try {
      const responses = await this.#options.send(
        round.map(({ request }) => request),
        (index, response) => round[index]?.resolve(response),
      );
      for (const [index, { resolve, fail }] of round.entries()) {
        const response = responses[index];
        if (response) resolve(response);
        else fail(new Error("the API did not answer"));
      }
    } catch (error) {
      for (const { fail } of round) fail(error);
    }
  }
}

async function endOrTimeout(round: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, TIMEOUT_MS);
  await Promise.race([round, late.promise]);
  clearTimeout(timer);
}
