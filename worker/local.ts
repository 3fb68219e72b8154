/**
 * The Worker as plain workerd runs it: the same, plus the clock that cron triggers are on Cloudflare and workerd lacks.
 */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { formatShards, parseShards } from "../api/store/shards.ts";
import type { GroupResource } from "../api/store/store.ts";
import { DEFAULT_CLUSTER } from "./cluster.ts";
import type { Env } from "./env.ts";
import worker, { Tunnel as PlatformTunnel } from "./index.ts";
import { readShards } from "./policy/cluster-shards.ts";
import { runScheduled } from "./scheduled.ts";
import { ownStore } from "./storage/cluster-stores.ts";

export * from "./index.ts";

interface LocalEnv extends Env {
  /** Start although some stored data cannot be decrypted. */
  readonly DESPITE_LOST_KEY?: string;
  readonly CLOCK: DurableObjectNamespace<Clock>;
  /** Serves the directory of the Tunnels' files. */
  readonly TUNNEL_FILES: Fetcher;
}

/**
 * There is one for each exec, log and call to a pod, and it stores nothing. workerd creates files for it all the same
 * and never removes one of them: they are unlinked while they are open.
 */
export class Tunnel extends PlatformTunnel {
  constructor(state: DurableObjectState, env: LocalEnv) {
    super(state, env);
    for (const ending of ["", "-wal", "-shm"])
      state.waitUntil(env.TUNNEL_FILES.fetch(`http://files/${state.id}.sqlite${ending}`, { method: "DELETE" }));
  }
}

/** The finest granularity that Cloudflare offers. */
const MINUTE_MS = 60_000;

/** Runs the scheduled handler every minute. Its alarm is on disk, so it continues after a restart. */
export class Clock extends DurableObject<LocalEnv> {
  /** The first run comes at once: of the last commits of a process that was killed, nobody may have been notified. */
  async start(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {
    // Sets the next alarm first, so that a failing run does not end the series.
    await this.ctx.storage.setAlarm(Date.now() + MINUTE_MS);
    await runScheduled(this.env);
  }
}

/** The supervisor's readiness check, on a socket that only it can reach. Nothing else of the API is served there. */
export class Readiness extends WorkerEntrypoint<LocalEnv> {
  override fetch() {
    return serve(new Request("https://localhost/readyz"), this.env, this.ctx);
  }
}

export default {
  fetch: serve,
} satisfies ExportedHandler<LocalEnv>;

/**
 * Also known to cli/control-plane/readiness.ts: stored data cannot be decrypted, or is sharded differently, and
 * asking again is pointless.
 */
const NEVER_READY = 409;
const OTHER_SHARDS = 412;

let started = false;

/** The first request of a process checks whether it may serve at all, and starts the clock. */
async function serve(
  request: Parameters<typeof worker.fetch>[0],
  env: LocalEnv,
  execution: ExecutionContext,
): Promise<Response> {
  if (!started) {
    const lost = env.DESPITE_LOST_KEY ? undefined : await lostKey(env);
    // Nothing must be written with a key that will be replaced by the missing one.
    if (lost !== undefined) return new Response(String(lost), { status: NEVER_READY });
    const shards = await otherShards(env);
    if (shards !== undefined) return new Response(formatShards(shards), { status: OTHER_SHARDS });
    if (!started) execution.waitUntil(env.CLOCK.getByName("clock").start());
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

/** The default cluster's shards, if they differ from this process's setting. */
async function otherShards(env: Env): Promise<readonly GroupResource[] | undefined> {
  const store = ownStore(env, DEFAULT_CLUSTER);
  const { revision } = await store.status();
  // An empty store adopts the setting.
  if (revision === 1) return undefined;
  const shards = await readShards(store);
  return formatShards(shards) === formatShards(parseShards(env.SHARDS)) ? undefined : shards;
}
