/** The part of a restore that concerns a cluster's shards. */
import type { RestoreReport } from "../../api/backup.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ClusterStore } from "../../durable-objects/cluster-store.ts";

type StoreObject = Pick<DurableObjectStub<ClusterStore>, "beginRestore" | "stageRestore" | "finishRestore">;

interface Destination {
  readonly shards: readonly { readonly shard: GroupResource; readonly store: StoreObject }[];
  readonly spared: Parameters<ClusterStore["finishRestore"]>[1]["spared"];
}

/**
 * The whole backup is staged in the main store; what belongs to a shard is staged there as well and replaces its
 * content. If interrupted, it starts over, and finds done what was done.
 */
export async function restoreShards(
  own: Pick<DurableObjectStub<ClusterStore>, "staged">,
  id: string,
  { shards, spared }: Destination,
): Promise<readonly RestoreReport[]> {
  const reports: RestoreReport[] = [];
  for (const { shard, store } of shards) {
    // A staging begun by another attempt is restarted: its positions are not those of the upload.
    await store.beginRestore("");
    let objects = await store.beginRestore(id);
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page = await own.staged(id, shard, from);
      if (page.objects.length > 0) objects = await store.stageRestore(id, objects, [...page.objects]);
      from = page.next;
    }
    const report = await store.finishRestore(id, { objects, spared });
    if (typeof report === "number") throw new Error(`${report} of ${objects} objects of ${shard} are staged`);
    reports.push(report);
  }
  return reports;
}
