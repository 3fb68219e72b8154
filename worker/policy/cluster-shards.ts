/**
 * Which resources a cluster keeps in store objects of their own (docs/decisions/0011): set by the deployment when the
 * cluster begins, and fixed for its whole life. Recorded in the cluster's main store; without a record, there are none.
 */

import { readObject, textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource, Key, Store, Write } from "../../api/store/store.ts";
import { CLUSTER_SETTINGS } from "./internal-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

const SHARDS_KEY: Key = { resource: CLUSTER_SETTINGS, namespace: "", name: "shards" };

interface ClusterShards extends KubeObject {
  readonly shards: readonly GroupResource[];
}

const NONE: readonly GroupResource[] = [];

export const shardsOf = (policy: PolicySnapshot | undefined): readonly GroupResource[] =>
  policy?.get<ClusterShards>(CLUSTER_SETTINGS, SHARDS_KEY.namespace, SHARDS_KEY.name)?.shards ?? NONE;

/** For callers without a policy snapshot: reads the cluster's main store. */
export async function readShards(store: Pick<Store, "read">): Promise<readonly GroupResource[]> {
  const result = await store.read({ key: SHARDS_KEY });
  if (!result.ok) throw new Error(`cannot read which shards the cluster has: ${result.reason}`);
  return result.entry ? readObject<ClusterShards>(result.entry.text).shards : NONE;
}

/** The record of a new cluster. */
export function shardsRecord(shards: readonly GroupResource[]): Write {
  const { name } = SHARDS_KEY;
  const record: ClusterShards = {
    kind: "ClusterShards",
    apiVersion: "sailplane.dev/v1",
    metadata: { name },
    shards,
  };
  return { op: "create", key: SHARDS_KEY, text: textWithoutRevision(record), attributes: { labels: {}, fields: {} } };
}
