/** Makes a decision under the newest policy that this isolate knows, and again if the store reports it as stale. */
import type { Context } from "hono";
import { tooManyRequests } from "../../../api/machinery/status.ts";
import type { Store } from "../../../api/store/store.ts";
import { ApiError, PlainTextError, StalePolicy } from "../../api-error.ts";
import { deploymentOf } from "../../bootstrap/deployment.ts";
import { ensureSystemObjects } from "../../bootstrap/ensure.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import type { Deadline } from "../../deadline.ts";
import { type Place, standInLine } from "../../policy/change-line.ts";
import { settingsOf } from "../../policy/cluster-settings.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { clusterExists, isAlive } from "../../policy/clusters.ts";
import { knownPolicy, loadPolicy, type PolicySnapshot, refreshPolicy, removePolicy } from "../../policy/snapshot.ts";
import { nearbyStores, ownStore, wholeStore } from "../../storage/cluster-stores.ts";
import { StoreClient } from "../../storage/store-client.ts";
import type { StoreStub } from "../../storage/store-stub.ts";
import type { Bindings } from "../bindings.ts";
import { limitRate } from "./limit-rate.ts";

export interface Decided {
  readonly policy: PolicySnapshot;
  readonly store: StoreClient;
}

/** So many policy changes during one request are no accident. */
const MAX_DECISIONS = 100;

/** `deadline`: the request's, if it has one already. */
export async function withPolicy<T>(
  c: Context<Bindings>,
  decide: (at: Decided) => Promise<T>,
  deadline?: Deadline,
): Promise<T> {
  const cluster = c.get("cluster");
  const own = () => ownStore(c.env, cluster);
  let policy = knownPolicy(cluster) ?? (await meetCluster(c, cluster, own()));
  if (!c.env.ownApi) limitRate(cluster, settingsOf(policy)?.limits?.requestsPerSecond);
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const relay = (name: string) => c.env.WATCH_RELAY.getByName(name) as Pick<StoreStub, "fetch">;
  let place: Place | undefined;
  try {
    for (let attempt = 1; attempt <= MAX_DECISIONS; attempt++) {
      const limits = settingsOf(policy)?.limits;
      const shards = shardsOf(policy);
      const open = () => wholeStore(c.env, cluster, shards);
      const nearby = () => nearbyStores(cluster, shards);
      const store = new StoreClient(open, policy.revision, { limits, nearby, waitUntil, relay, deadline });
      try {
        return await decideOnce(decide, { policy, store });
      } catch (error) {
        if (!(error instanceof StalePolicy)) throw error;
        if (error.changing) {
          place ??= standInLine(cluster);
          await place.first();
        }
        policy = mustLive(cluster, await refreshPolicy(cluster, policy, own()));
      }
    }
  } finally {
    place?.leave();
  }
  throw new ApiError(tooManyRequests("policy changes faster than requests are decided", 1));
}

async function decideOnce<T>(decide: (at: Decided) => Promise<T>, at: Decided): Promise<T> {
  try {
    return await decide(at);
  } catch (error) {
    // A refusal that involved no store call may be due to outdated policy.
    if (error instanceof ApiError && !at.store.hasCalled) await at.store.confirm();
    throw error;
  } finally {
    // Whatever the answer would be: a user who is unknown by now must only learn that.
    if (at.store.mustConfirm) await at.store.confirm();
  }
}

/** The isolate's first request for a cluster: creates the system objects of a new cluster. */
async function meetCluster(c: Context<Bindings>, cluster: string, store: Store): Promise<PolicySnapshot> {
  const { ownApi } = c.env;
  if (!ownApi && !(await clusterExists(cluster, ownStore(c.env, DEFAULT_CLUSTER)))) throw noSuchCluster();
  // A cluster that is being deleted must not be filled again.
  if (cluster !== DEFAULT_CLUSTER) mustLive(cluster, await loadPolicy(cluster, store));
  await ensureSystemObjects(store, Date.now(), await deploymentOf(c.env, cluster));
  return loadPolicy(cluster, store);
}

function mustLive(cluster: string, policy: PolicySnapshot): PolicySnapshot {
  if (isAlive(cluster, policy)) return policy;
  removePolicy(cluster);
  throw noSuchCluster();
}

const noSuchCluster = () => new PlainTextError(404, "404 page not found");
