/** What a restore brings for resources that the cluster keeps in objects of their own. */
import type { RestoreReport } from "../../api/backup.ts";
import type { GroupResource } from "../../api/store.ts";
import type { ClusterStore } from "../../durable-objects/cluster-store.ts";

type StoreObject = Pick<DurableObjectStub<ClusterStore>, "beginRestore" | "stageRestore" | "finishRestore">;

interface Destination {
  readonly shards: readonly { readonly shard: GroupResource; readonly store: StoreObject }[];
  readonly spared: Parameters<ClusterStore["finishRestore"]>[1]["spared"];
}

/**
 * All of a backup is staged in the cluster's own store: what of it belongs elsewhere is staged there too, and takes the
 * place of what stands there. Broken off, it begins again, and finds done what was done.
 */
export async function restoreShards(
  own: Pick<DurableObjectStub<ClusterStore>, "staged">,
  id: string,
  { shards, spared }: Destination,
): Promise<readonly RestoreReport[]> {
  const reports: RestoreReport[] = [];
  for (const { shard, store } of shards) {
    // One that another attempt has begun is begun anew: its positions are not those of the upload.
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
