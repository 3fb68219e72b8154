/**
 * How clusters other than the default one are created and deleted. A cluster exists if the default cluster names it and
 * its own store has settings. Creation writes the name first and the settings last, deletion removes them in reverse
 * order; so a cluster whose creation or deletion was interrupted answers nobody, and can be deleted and created again.
 */

import type { JwtAuthenticator } from "../../api/authentication/config.ts";
import { ERASED } from "../../api/erased.ts";
import { textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { SHARDS } from "../../api/store/shards.ts";
import type { Key } from "../../api/store/store.ts";
import { newAdministratorToken } from "../auth/credentials/administrator.ts";
import { sha256Hex } from "../auth/credentials/secret.ts";
import type { Deployment } from "../bootstrap/deployment.ts";
import { ensureSystemObjects } from "../bootstrap/ensure.ts";
import type { Env } from "../env.ts";
import { type ClusterLimits, SETTINGS_KEY } from "../policy/cluster-settings.ts";
import { readShards } from "../policy/cluster-shards.ts";
import type { NamedCluster } from "../policy/clusters.ts";
import { CLUSTERS } from "../policy/internal-resources.ts";
import { loadPolicy, removePolicy } from "../policy/snapshot.ts";
import { ownStore, storeObjects } from "../storage/cluster-stores.ts";
import { StoreClient } from "../storage/store-client.ts";
import { changeSettings } from "./change-settings.ts";

const NO_ATTRIBUTES = { labels: {}, fields: {} };

const nameKey = (name: string): Key => ({ resource: CLUSTERS, namespace: "", name });

/** The store of a cluster as the deployment's owner accesses it, whatever the cluster's own policy says. */
const settingsStore = (env: Env, cluster: string) => new StoreClient(() => ownStore(env, cluster), undefined);

export interface NewCluster {
  readonly name: string;
  readonly limits: ClusterLimits;
}

/**
 * Returns the administrator's token, which is stored nowhere; undefined if the name is taken. `names` is the default
 * cluster's store.
 */
export async function createCluster(
  env: Env,
  { name, limits }: NewCluster,
  { names, now, deployment }: { readonly names: StoreClient; readonly now: number; readonly deployment: Deployment },
): Promise<string | undefined> {
  const named: NamedCluster = {
    kind: "Cluster",
    apiVersion: "sailplane.dev/v1",
    metadata: { name, uid: crypto.randomUUID(), creationTimestamp: timestamp(now) },
    limits,
  };
  const text = textWithoutRevision(named);
  const taken = await names.commit([{ op: "create", key: nameKey(name), text, attributes: NO_ATTRIBUTES }]);
  if (!taken.ok) return undefined;
  await ensureSystemObjects(ownStore(env, name), now, deployment);
  const token = newAdministratorToken();
  const administrator = { sha256: await sha256Hex(token) };
  await changeSettings(settingsStore(env, name), () => ({ administrator, limits }));
  // The creator will use the cluster next, so this isolate gets to know it.
  await loadPolicy(name, ownStore(env, name));
  return token;
}

/** Deletes everything of the cluster, including its keys: its tokens are then unknown. */
export async function deleteCluster(env: Env, name: string, names: StoreClient): Promise<void> {
  const loops = [env.CONTROLLER_MANAGER, env.SCHEDULER, env.NODE_HUB];
  // Shards are erased after the main store, which lists them: if that were interrupted in between, nobody would know
  // which existed.
  const stores = storeObjects(env, name, SHARDS).map(([, store]) => store);
  const others = [...loops, env.CLUSTER_KEYS, env.AUDIT_LOG].map((namespace) => namespace.getByName(name));
  for (const object of [...stores, ...others]) {
    await object.erase().catch((error: Error) => {
      // The name stays until everything is gone, so that deleting the cluster again resumes.
      if (!error.message.includes(ERASED)) throw error;
    });
  }
  const { entry } = await settingsStore(env, name).read(SETTINGS_KEY);
  if (entry) throw new Error(`the store of cluster ${name} was not erased`);
  await names.commit([{ op: "delete", key: nameKey(name) }]);
  removePolicy(name);
}

/** Replaces the cluster's administrator. Completes a creation that was interrupted. */
export async function replaceAdministrator(env: Env, { name, limits }: NewCluster): Promise<string> {
  const token = newAdministratorToken();
  const administrator = { sha256: await sha256Hex(token) };
  await changeSettings(settingsStore(env, name), (settings) => ({ ...settings, administrator }), { limits });
  return token;
}

/** From the answer on, the cluster is held to these limits. */
export async function limitCluster(
  env: Env,
  { name, limits }: NewCluster,
  { names, known }: { readonly names: StoreClient; readonly known: NamedCluster },
): Promise<NamedCluster> {
  await changeSettings(settingsStore(env, name), (settings) => ({ ...settings, limits }));
  const named = { ...known, limits };
  const text = textWithoutRevision(named);
  await names.commit([{ op: "replace", key: nameKey(name), text, attributes: NO_ATTRIBUTES }]);
  return named;
}

/** From the answer on, exactly these issuers vouch for the cluster's users. */
export const trustIssuers = (
  env: Env,
  { name, limits }: NewCluster,
  issuers: readonly JwtAuthenticator[],
): Promise<void> => changeSettings(settingsStore(env, name), (settings) => ({ ...settings, issuers }), { limits });

export async function usageOf(env: Env, name: string) {
  const stores = storeObjects(env, name, await readShards(ownStore(env, name)));
  const usages = await Promise.all(stores.map(([, store]) => store.usage()));
  const sum = (of: "objects" | "bytes" | "writes") => usages.reduce((total, usage) => total + usage[of], 0);
  return { objects: sum("objects"), bytes: sum("bytes"), writes: sum("writes") };
}
