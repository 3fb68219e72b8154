/** The platform shell of the controllers; one object per cluster. */
import type { ApiRequest, ApiResponse, TakeAnswer } from "../api/api-request.ts";
import { errorMessage } from "../api/error-message.ts";
import { apiVersionOf, groupResource } from "../api/machinery/meta.ts";
import { resources } from "../api/resources/index.ts";
import type { GroupResource, Store } from "../api/store/store.ts";
import { apiClientOver } from "../client/api-client.ts";
import type { ClusterFacts } from "../worker/controllers/cluster-facts.ts";
import { EVERYTHING } from "../worker/controllers/controller.ts";
import { controllers } from "../worker/controllers/index.ts";
import { actingAs } from "./controllers/acting-as.ts";
import { ControlLoop } from "./controllers/control-loop.ts";
import type { Authority } from "./controllers/effects.ts";
import { type LastSeen, rarelyRead } from "./controllers/last-seen.ts";
import { IGNORED, LogFollower, type Shard } from "./controllers/log-follower.ts";
import type { KnownKind } from "./controllers/snapshot.ts";
import { LoopObject } from "./loops/loop-object.ts";
import { Rounds } from "./loops/rounds.ts";
import { SleepingLoop, type WakeAt } from "./loops/sleeping-loop.ts";
import { yieldToNetwork } from "./loops/yield-to-network.ts";
import type { Subscription } from "./store/log/commit-notifier.ts";

/** What worker/index.ts passes in: everything that is secret or specific to the deployment. */
export interface ControllerManagerWiring {
  /** The store of a cluster. */
  readonly store: (cluster: string) => Pick<Store, "list" | "texts" | "status">;
  /** The shards: resources that the cluster keeps in store objects of their own. */
  readonly shards: (cluster: string) => Promise<readonly Shard[]>;
  /** The API of a cluster, reached through the Worker itself. */
  readonly request: (
    cluster: string,
    requests: readonly ApiRequest[],
    answered: TakeAnswer,
  ) => Promise<readonly ApiResponse[]>;
  readonly authority: (cluster: string) => Authority;
  readonly facts: (cluster: string) => Promise<ClusterFacts>;
  /** Asks the hub. */
  readonly lastSeen: (cluster: string) => Promise<LastSeen>;
}

/**
 * Requests per round, of all controllers together. A round takes some 30 ms, for which everything else on the thread
 * waits.
 */
const MAX_REQUESTS_PER_ROUND = 24;

const builtIns: readonly KnownKind[] = resources.map(({ group, version, kind, plural, scope }) => ({
  resource: groupResource(group, plural),
  apiVersion: apiVersionOf(group, version),
  kind,
  scope,
}));

const READS = [...new Set(controllers.flatMap(({ reads }) => reads))];
/**
 * Resources whose changes may be seen late. What only the garbage collector reads is one of them. So are config maps:
 * two controllers restore the one that they publish, and nearly all other changes of config maps concern no controller.
 * Renewed leases concern none.
 */
const DEFERRED: ReadonlySet<GroupResource> = new Set([EVERYTHING, "configmaps", "leases.coordination.k8s.io"]);
/**
 * Milliseconds from a write until the controllers look at it, and again from that look until they act. A client that
 * writes objects one after another would otherwise wait for the controllers' work on the previous one. And a client
 * that reads back what it just wrote sees it as written, as with kube-controller-manager, even while the controllers
 * are awake for other work.
 */
const GRACE_MS = 9;
const GRACE_AWAKE_MS = 2;
const SUBSCRIPTION: Subscription = {
  grace: GRACE_MS,
  prompt: READS.filter((resource) => !DEFERRED.has(resource)),
  deferred: "everything",
};

const NOTHING: Subscription = { prompt: [], deferred: [] };

interface CommitNotice {
  readonly cluster: string;
  readonly shard?: GroupResource | undefined;
  readonly revision?: number;
}

/** Binds the class to its wiring. `Env` is the Worker's. */
export function controllerManagerClass<Env>(wire: (env: Env) => ControllerManagerWiring) {
  return class ControllerManager extends LoopObject<Env> {
    protected override readonly loop = new SleepingLoop(this.ctx, {
      start: (cluster, wakeAt) => this.#start(cluster, wakeAt),
      revision: async (cluster) => (await wire(this.env).store(cluster).status()).revision,
    });

    /**
     * Called after a commit. Returns at once, with the resources this object wants to hear of; the work continues in
     * the background.
     */
    async notify({ cluster, shard }: CommitNotice): Promise<Subscription> {
      if (shard !== undefined && IGNORED.has(shard)) return NOTHING;
      this.ctx.waitUntil(this.loop.run(cluster));
      return SUBSCRIPTION;
    }

    #start(cluster: string, wakeAt: WakeAt): ControlLoop {
      const wiring = wire(this.env);
      const rounds = new Rounds({
        send: (requests, answered) => wiring.request(cluster, requests, answered),
        maxPerRound: MAX_REQUESTS_PER_ROUND,
        // What plans query is often another server's to answer.
        isLong: ({ method }) => method === "GET",
        pause: yieldToNetwork,
      });
      const api = apiClientOver((request) => rounds.send(request));
      return new ControlLoop({
        controllers,
        log: new LogFollower({ store: wiring.store(cluster), shards: () => wiring.shards(cluster) }, READS, builtIns),
        apiOf: (controller) => actingAs(api, controller),
        authority: wiring.authority(cluster),
        memory: this.ctx.storage.kv,
        grace: GRACE_AWAKE_MS,
        cluster: () => wiring.facts(cluster),
        lastSeen: rarelyRead({
          read: () => wiring.lastSeen(cluster),
          now: () => Date.now(),
          onError: (error) => console.error("node hub:", errorMessage(error)),
        }),
        now: () => Date.now(),
        wakeAt,
        pause: yieldToNetwork,
        onError: (who, item, error) => console.error(`${who} ${item}:`, error instanceof Error ? error.stack : error),
      });
    }
  };
}
