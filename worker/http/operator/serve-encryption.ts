/**
 * POST /sailplane/v1/encryption?after=NAME: re-encrypts what clusters store with the newest encryption key, some
 * clusters at a time. Answers `{key, next}`: the id of that key, and the name to continue after if there are more.
 */
import type { Context } from "hono";
import { noSuchResource } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import { readShards } from "../../policy/cluster-shards.ts";
import type { NamedCluster } from "../../policy/clusters.ts";
import { CLUSTERS } from "../../policy/internal-resources.ts";
import { ownStore, storeObjects } from "../../storage/cluster-stores.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { requireAdministrator } from "./require-administrator.ts";

/** On Cloudflare a request may make a thousand calls; each cluster takes three, plus one per shard. */
const AT_A_TIME = 150;

export function serveEncryption(c: Context<Bindings>): Promise<Response> {
  if (c.get("cluster") !== DEFAULT_CLUSTER) throw new ApiError(noSuchResource());
  return withPolicy(c, async ({ policy, store }) => {
    await requireAdministrator(c, { policy, store }, "encryption");
    await store.confirm();
    const after = c.req.query("after");
    const named = policy.list<NamedCluster>(CLUSTERS).flatMap(({ metadata }) => metadata.name ?? []);
    const left = [
      ...(after === undefined ? [DEFAULT_CLUSTER] : []),
      ...named.filter((name) => name > (after ?? "")).sort(),
    ];
    const now = left.slice(0, AT_A_TIME);
    let key: number | undefined;
    for (const cluster of now) {
      const shards = await readShards(ownStore(c.env, cluster));
      for (const [, store] of storeObjects(c.env, cluster, shards)) key = await store.reseal();
      await c.env.CLUSTER_KEYS.getByName(cluster).reseal();
    }
    const last = now.at(-1);
    // The default cluster comes first, before any name.
    const next = last === DEFAULT_CLUSTER ? "" : last;
    return c.json({ ...(key !== undefined && { key }), ...(left.length > now.length && { next }) });
  });
}
