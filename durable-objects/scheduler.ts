/**
 * The platform side of the scheduler, one object a cluster: woken by the store after commits, by its own alarm and by the
 * scheduled tick, and nothing else.
 */
import { DurableObject } from "cloudflare:workers";
import { timestamp } from "../api/machinery/time/time.ts";
import type { Store } from "../api/store.ts";
import { createApiClient } from "../client/api-client.ts";
import { READS, SCHEDULER_USER } from "../worker/scheduler/state.ts";
import { eraseObject } from "./erase-object.ts";
import { LoopAlarm } from "./loop-alarm.ts";
import { evict } from "./scheduler/evict.ts";
import { discardClaim, makeClaim } from "./scheduler/extended-claims.ts";
import { SchedulingLoop } from "./scheduler/scheduling-loop.ts";
import { SettledMark } from "./settled-mark.ts";
import type { Hearing } from "./store/log/pokes.ts";

/** What the wiring (worker/index.ts) gives the object. */
export interface SchedulerWiring {
  /** The store of a cluster. */
  readonly store: (cluster: string) => Pick<Store, "list" | "texts" | "status" | "commit">;
  /** The API of a cluster, reached through the Worker itself. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly base: (cluster: string) => string;
}

/** Binds the class to its wiring; `Env` is the Worker's. */
export function schedulerClass<Env>(wire: (env: Env) => SchedulerWiring) {
  return class Scheduler extends DurableObject<Env> {
    #loop: SchedulingLoop | undefined;
    readonly #alarm = new LoopAlarm(this.ctx, (cluster) => this.#run(cluster));
    readonly #settled = new SettledMark(this.ctx.storage.kv, () => Date.now());

    /** There is news after a commit. Answers at once what it needs to hear of; the work goes on. */
    async poke({ cluster }: { readonly cluster: string; readonly revision?: number }): Promise<Hearing> {
      this.ctx.waitUntil(this.#run(cluster));
      return { promptly: READS, patiently: [] };
    }

    /** The safety net: finds what a lost poke left behind. Who sleeps with nothing to do is not woken by it. */
    async tick({ cluster }: { readonly cluster: string }): Promise<void> {
      if (!this.#loop && this.#settled.holds((await wire(this.env).store(cluster).status()).revision)) return;
      await this.#run(cluster);
      this.#settled.set(this.#loop?.settledAt);
    }

    /** The cluster is deleted. */
    async erase(): Promise<void> {
      await eraseObject(this.ctx);
    }

    override async alarm(): Promise<void> {
      await this.#alarm.ring();
    }

    async #run(cluster: string): Promise<void> {
      this.#loop ??= await this.#start(cluster);
      await this.#loop.run();
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
        evict: (victim, preemptor) => evict(api, victim, { preemptor, time: timestamp(Date.now()) }),
        makeClaim: (claim) => makeClaim(api, claim),
        discardClaim: (claim) => discardClaim(api, claim),
        now: () => Date.now(),
        random: () => Math.random(),
        newUid: () => crypto.randomUUID(),
        wakeAt: (at) => this.#alarm.wakeAt(cluster, at),
        // Beside its commit: with a second timer, as others' rounds need, fewer pods come to be placed together.
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        complain: (what, error) => console.error(`scheduler ${what}:`, error instanceof Error ? error.stack : error),
      });
    }
  };
}
