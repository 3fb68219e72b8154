/**
 * A cluster's store for a loop that outlives its stubs: once an object breaks (a full disk, a cluster that is erased or
 * rewound), all existing stubs of it are useless for good. Each call creates a new one.
 */
import { asRevision } from "../../api/store/revision.ts";
import { failureOfWhole, portionsOf } from "../../api/store/shards.ts";
import type { CommitRequest, CommitResult, GroupResource, Revision, Store } from "../../api/store/store.ts";
import type { Env } from "../env.ts";
import { readShards } from "../policy/cluster-shards.ts";
import { ownStore, shardStore } from "./cluster-stores.ts";

type LastingStore = Pick<Store, "list" | "texts" | "status" | "commit">;

/** The cluster's main store; events go to the shard that has them, if there is one. */
export function lastingStore(env: Env, cluster: string): LastingStore {
  const own = plainStore(() => ownStore(env, cluster));
  let shards: readonly GroupResource[] | undefined;
  return {
    ...own,
    async commit(request) {
      // Fixed for a cluster's whole life.
      shards ??= await readShards(ownStore(env, cluster));
      return shards.length === 0
        ? own.commit(request)
        : commitApart(request, { own, shards, shardOf: (shard) => shardStore(env, cluster, shard) });
    },
  };
}

/** A cluster's shards, for followers of logs. */
export async function lastingShards(
  env: Env,
  cluster: string,
): Promise<readonly { readonly resource: GroupResource; readonly store: LastingStore }[]> {
  const shards = await readShards(ownStore(env, cluster));
  return shards.map((resource) => ({ resource, store: plainStore(() => shardStore(env, cluster, resource)) }));
}

const plainStore = (stub: () => Store): LastingStore => ({
  list: (request) => stub().list(request),
  texts: (request) => stub().texts(request),
  status: () => stub().status(),
  commit: (request) => stub().commit(request),
});

interface Apart {
  readonly own: Pick<Store, "commit">;
  readonly shards: readonly GroupResource[];
  readonly shardOf: (shard: GroupResource) => Pick<Store, "commit">;
}

/**
 * First the effects, then the events about them. A failed event, because somebody deleted the one whose count was to be
 * raised, undoes nothing. Events have no revision in the main log; their place in the result repeats the previous
 * revision, as for an `expect`.
 */
export async function commitApart({ writes }: CommitRequest, { own, shards, shardOf }: Apart): Promise<CommitResult> {
  const portions = portionsOf(writes, shards);
  const [first] = portions;
  if (portions.length === 1 && first?.shard !== undefined) return shardOf(first.shard).commit({ writes });
  const revisions: (Revision | undefined)[] = writes.map(() => undefined);
  for (const portion of portions) {
    if (portion.shard !== undefined) {
      await record(shardOf(portion.shard), portion.writes);
      continue;
    }
    const result = await own.commit({ writes: portion.writes });
    if (!result.ok) return { ok: false, ...failureOfWhole(result, portion) };
    for (const [i, place] of portion.places.entries()) revisions[place] = result.revisions[i];
  }
  let before = revisions.find((revision) => revision !== undefined) ?? asRevision(0);
  return {
    ok: true,
    revisions: revisions.map((revision) => {
      before = revision ?? before;
      return before;
    }),
  };
}

async function record(shard: Pick<Store, "commit">, records: CommitRequest["writes"]): Promise<void> {
  for (let writes = records; writes.length > 0; ) {
    const result = await shard.commit({ writes }).catch((error: Error) => {
      console.error("recording:", error.message);
      return undefined;
    });
    if (!result || result.ok || !("write" in result)) return;
    writes = writes.filter((_, index) => index !== result.write);
  }
}
