/**
 * Which resources a cluster keeps in store objects of their own (docs/decisions/0011): decided by the deployment's setting when the
 * cluster begins, and the same for its whole life. A record in the cluster's own store says so; none: all are there.
 */

import { readObject, textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource, Key, Store, Write } from "../../api/store.ts";
import { CLUSTER_SETTINGS } from "./internal-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

const SHARDS_KEY: Key = { resource: CLUSTER_SETTINGS, namespace: "", name: "shards" };

interface ClusterShards extends KubeObject {
  readonly shards: readonly GroupResource[];
}

const NONE: readonly GroupResource[] = [];

export const shardsOf = (policy: PolicySnapshot | undefined): readonly GroupResource[] =>
  policy?.get<ClusterShards>(CLUSTER_SETTINGS, SHARDS_KEY.namespace, SHARDS_KEY.name)?.shards ?? NONE;

/** For who has no policy: read from the cluster's own store. */
export async function readShards(store: Pick<Store, "read">): Promise<readonly GroupResource[]> {
  const answer = await store.read({ key: SHARDS_KEY });
  if (!answer.ok) throw new Error(`cannot read which shards the cluster has: ${answer.reason}`);
  return answer.entry ? readObject<ClusterShards>(answer.entry.text).shards : NONE;
}

/** Of a cluster that begins. */
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
