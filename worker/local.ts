/** The Worker as plain workerd runs it: the same, and the clock that Cloudflare's cron triggers are and workerd lacks. */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { formatShards, parseShards } from "../api/store/shards.ts";
import type { GroupResource } from "../api/store.ts";
import { DEFAULT_CLUSTER } from "./cluster.ts";
import type { Env } from "./env.ts";
import worker from "./index.ts";
import { readShards } from "./policy/cluster-shards.ts";
import { runScheduled } from "./scheduled.ts";
import { ownStore } from "./storage/cluster-stores.ts";

export * from "./index.ts";

interface LocalEnv extends Env {
  /** Start although what is stored cannot all be decrypted. */
  readonly DESPITE_LOST_KEY?: string;
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
    return serve(new Request("https://localhost/readyz"), this.env, this.ctx);
  }
}

export default {
  fetch: serve,
} satisfies ExportedHandler<LocalEnv>;

/**
 * cli/control-plane/ask-readiness.ts knows them: what is stored cannot be decrypted, or lies elsewhere, and asking
 * again is of no use.
 */
const NEVER_READY = 409;
const OTHER_SHARDS = 412;

let started = false;

/** The first request of a process finds out whether it may serve, and winds the clock. */
async function serve(
  request: Parameters<typeof worker.fetch>[0],
  env: LocalEnv,
  execution: ExecutionContext,
): Promise<Response> {
  if (!started) {
    const lost = env.DESPITE_LOST_KEY ? undefined : await lostKey(env);
    // Nothing is to be written with a key that is going to be replaced by the one that was lost.
    if (lost !== undefined) return new Response(String(lost), { status: NEVER_READY });
    const shards = await otherShards(env);
    if (shards !== undefined) return new Response(formatShards(shards), { status: OTHER_SHARDS });
    if (!started) execution.waitUntil(env.CLOCK.getByName("clock").wind());
    started = true;
  }
  return worker.fetch(request, env, execution);
}

/** The id of an encryption key that the default cluster needs and this process was not given. */
async function lostKey({ CLUSTER_STORE, CLUSTER_KEYS }: Env): Promise<number | undefined> {
  const lost = await Promise.all(
    [CLUSTER_STORE, CLUSTER_KEYS].map((objects) => objects.getByName("default").lostKey()),
  );
  return lost.find((id) => id !== undefined);
}

/** Which resources the default cluster keeps apart, where that is not what this process was told. */
async function otherShards(env: Env): Promise<readonly GroupResource[] | undefined> {
  const store = ownStore(env, DEFAULT_CLUSTER);
  const { revision } = await store.status();
  // One that is empty begins as it is told.
  if (revision === 1) return undefined;
  const shards = await readShards(store);
  return formatShards(shards) === formatShards(parseShards(env.SHARDS)) ? undefined : shards;
}
