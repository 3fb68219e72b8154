/**
 * The platform shell of the scheduler; one object per cluster. Only three things wake it: notifications from the store
 * after commits, its own alarm, and the scheduled tick.
 */
import { DurableObject } from "cloudflare:workers";
import { timestamp } from "../api/machinery/time/time.ts";
import { renderFamilies } from "../api/metrics/exposition.ts";
import type { Store } from "../api/store/store.ts";
import { createApiClient } from "../client/api-client.ts";
import { READS, SCHEDULER_USER } from "../worker/scheduler/state.ts";
import { eraseObject } from "./erase-object.ts";
import { LoopAlarm } from "./loop-alarm.ts";
import { evict } from "./scheduler/evict.ts";
import { discardClaim, makeClaim } from "./scheduler/extended-claims.ts";
import { SchedulingLoop } from "./scheduler/scheduling-loop.ts";
import { sendRequest } from "./scheduler/send-request.ts";
import { SettledMark } from "./settled-mark.ts";
import { StartedOnce } from "./started-once.ts";
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
  return class Scheduler extends DurableObject<Env> {
    readonly #loop = new StartedOnce((cluster) => this.#start(cluster));
    readonly #alarm = new LoopAlarm(this.ctx, (cluster) => this.#run(cluster));
    readonly #settled = new SettledMark(this.ctx.storage.kv, () => Date.now());

    /**
     * Called after a commit. Returns at once, with the resources this object wants to hear of; the work continues in
     * the background.
     */
    async notify({ cluster }: { readonly cluster: string; readonly revision?: number }): Promise<Subscription> {
      this.ctx.waitUntil(this.#run(cluster));
      return { prompt: READS, deferred: [] };
    }

    /** The safety net for lost notifications. A scheduler that went to sleep with nothing to do is not woken. */
    async tick({ cluster }: { readonly cluster: string }): Promise<void> {
      if (!this.#loop.started && this.#settled.holds((await wire(this.env).store(cluster).status()).revision)) return;
      await this.#run(cluster);
      this.#settled.set((await this.#loop.started)?.settledAt);
    }

    /** In Prometheus' format, counted since this object woke. An object that sleeps loads nothing for this. */
    async metrics(): Promise<string> {
      return renderFamilies((await this.#loop.started)?.metrics() ?? []);
    }

    /** Called when the cluster is deleted. */
    async erase(): Promise<void> {
      await eraseObject(this.ctx);
    }

    override async alarm(): Promise<void> {
      await this.#alarm.ring();
    }

    async #run(cluster: string): Promise<void> {
      await (await this.#loop.get(cluster)).run();
    }

    async #start(cluster: string): Promise<SchedulingLoop> {
      await this.#alarm.open(cluster);
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
        wakeAt: (at) => this.#alarm.wakeAt(cluster, at),
        // Only one timer, because its commit is under way meanwhile: with the second one, which rounds need, fewer pods
        // would be placed together.
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        onError: (what, error) => console.error(`scheduler ${what}:`, error instanceof Error ? error.stack : error),
      });
    }
  };
}
