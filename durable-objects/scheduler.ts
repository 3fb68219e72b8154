/** The platform shell of the scheduler; one object per cluster. */
import { timestamp } from "../api/machinery/time/time.ts";
import type { Store } from "../api/store/store.ts";
import { createApiClient } from "../client/api-client.ts";
import { READS, SCHEDULER_USER } from "../worker/scheduler/state.ts";
import { LoopObject } from "./loops/loop-object.ts";
import { SleepingLoop, type WakeAt } from "./loops/sleeping-loop.ts";
import { evict } from "./scheduler/evict.ts";
import { discardClaim, makeClaim } from "./scheduler/extended-claims.ts";
import { SchedulingLoop } from "./scheduler/scheduling-loop.ts";
import { sendRequest } from "./scheduler/send-request.ts";
import type { Subscription } from "./store/log/commit-notifier.ts";

/** What worker/index.ts passes in. */
export interface SchedulerWiring {
  /** The store of a cluster. */
  readonly store: (cluster: string) => Pick<Store, "list" | "texts" | "status" | "commit">;
  /** The API of a cluster, reached through the Worker itself. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly base: (cluster: string) => string;
}

/** Binds the class to its wiring. `Env` is the Worker's. */
export function schedulerClass<Env>(wire: (env: Env) => SchedulerWiring) {
  return class Scheduler extends LoopObject<Env> {
    protected override readonly loop = new SleepingLoop(this.ctx, {
      start: (cluster, wakeAt) => this.#start(cluster, wakeAt),
      revision: async (cluster) => (await wire(this.env).store(cluster).status()).revision,
    });

    /**
     * Called after a commit. Returns at once, with the resources this object wants to hear of; the work continues in
     * the background.
     */
    async notify({ cluster }: { readonly cluster: string; readonly revision?: number }): Promise<Subscription> {
      this.ctx.waitUntil(this.loop.run(cluster));
      return { prompt: READS, deferred: [] };
    }

    #start(cluster: string, wakeAt: WakeAt): SchedulingLoop {
      const wiring = wire(this.env);
      const api = createApiClient({
        fetch: wiring.fetch,
        base: wiring.base(cluster),
        headers: () => ({ "impersonate-user": SCHEDULER_USER, "user-agent": "kube-scheduler" }),
      });
      return new SchedulingLoop({
        store: wiring.store(cluster),
        send: (request) => sendRequest(api, request),
        inBackground: (work) => this.ctx.waitUntil(work),
        evict: (victim, preemptor) => evict(api, victim, { preemptor, time: timestamp(Date.now()) }),
        makeClaim: (claim) => makeClaim(api, claim),
        discardClaim: (claim) => discardClaim(api, claim),
        now: () => Date.now(),
        random: () => Math.random(),
        newUid: () => crypto.randomUUID(),
        wakeAt,
        // Only one timer, because its commit is under way meanwhile: with the second one, which rounds need, fewer pods
        // would be placed together.
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        onError: (what, error) => console.error(`scheduler ${what}:`, error instanceof Error ? error.stack : error),
      });
    }
  };
}
