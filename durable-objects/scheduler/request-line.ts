/**
 * Makes the scheduler's requests: each plan's in order, many plans at a time, and with a poll of the network after each
 * group, so that many pods do not hold up the cluster's clients.
 */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import type { SchedulerRequest } from "../../worker/scheduler/requests/scheduler-request.ts";

/** Plans under way at a time: some may be waiting for a slow webhook. */
const CONCURRENCY = 64;
/** Plans begun between two polls of the network. */
const GROUP = 16;

export interface RequestLineOptions {
  readonly send: (request: SchedulerRequest) => Promise<Outcome<KubeObject>>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

interface Waiting {
  readonly requests: readonly SchedulerRequest[];
  readonly resolve: (failure: string | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export class RequestLine {
  readonly #options: RequestLineOptions;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #isStarting = false;

  constructor(options: RequestLineOptions) {
    this.#options = options;
  }

  /** Resolves to why the pod cannot be bound; undefined if nothing stands in the way. Rejects if there is no answer. */
  carryOut(requests: readonly SchedulerRequest[]): Promise<string | undefined> {
    return new Promise((resolve, fail) => {
      this.#waiting.push({ requests, resolve, fail });
      void this.#start();
    });
  }

  async #start(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    // Collects what is handed over in the same turn.
    await undefined;
    while (this.#waiting.length > 0 && this.#underWay < CONCURRENCY) {
      for (const each of this.#waiting.splice(0, Math.min(GROUP, CONCURRENCY - this.#underWay))) void this.#run(each);
      await this.#options.pause(0);
    }
    this.#isStarting = false;
  }

  async #run({ requests, resolve, fail }: Waiting): Promise<void> {
    this.#underWay++;
    try {
      resolve(await this.#firstFailure(requests));
    } catch (error) {
      fail(error);
    }
    this.#underWay--;
    void this.#start();
  }

  async #firstFailure(requests: readonly SchedulerRequest[]): Promise<string | undefined> {
    for (const request of requests) {
      const outcome = await this.#options.send(request);
      if (!outcome.ok && request.failure) return request.failure(outcome.status.message ?? "");
    }
    return undefined;
  }
}
