/** The Worker as plain workerd runs it: the same, and the clock that Cloudflare's cron triggers are and workerd lacks. */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "./env.ts";
import worker from "./index.ts";
import { runScheduled } from "./scheduled.ts";

export * from "./index.ts";

interface LocalEnv extends Env {
  readonly CLOCK: DurableObjectNamespace<Clock>;
}

/** The finest granularity that Cloudflare offers. */
const MINUTE_MS = 60_000;

/** Does what the scheduled handler does, every minute. Its alarm is on disk, so it goes on after a restart. */
export class Clock extends DurableObject<LocalEnv> {
  async wind(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + MINUTE_MS);
  }

  override async alarm(): Promise<void> {
    // First, so that a minute that fails does not end them all.
    await this.wind();
    await runScheduled(this.env);
  }
}

/** What the supervisor asks, over a socket that only it reaches; nothing else of the API is there. */
export class Readiness extends WorkerEntrypoint<LocalEnv> {
  override fetch() {
    wind(this.env, this.ctx);
    return worker.fetch(new Request("https://localhost/readyz"), this.env, this.ctx);
  }
}

let wound = false;

/** The first request of a process winds the clock. */
function wind(env: LocalEnv, execution: ExecutionContext): void {
  if (wound) return;
  wound = true;
  execution.waitUntil(env.CLOCK.getByName("clock").wind());
}

export default {
  fetch(request, env, execution) {
    wind(env, execution);
    return worker.fetch(request, env, execution);
  },
} satisfies ExportedHandler<LocalEnv>;
