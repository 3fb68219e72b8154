/** Runs a decision under the newest policy that this isolate knows, and again when the store says that it is stale. */
import type { Context } from "hono";
import type { Store } from "../../api/store.ts";
import { StalePolicy } from "../api-error.ts";
import { type PolicySnapshot, policyOf, refreshPolicy } from "../policy/snapshot.ts";
import { StoreClient, type StoreStub } from "../storage/store-client.ts";
import type { Bindings } from "./app.ts";

export interface Decided {
  readonly policy: PolicySnapshot;
  readonly store: StoreClient;
}

/** Policy changes while a request is decided are rare; more than this many in a row are not believed. */
const DECISIONS = 8;

export async function withPolicy<T>(c: Context<Bindings>, decide: (at: Decided) => Promise<T>): Promise<T> {
  const stub = c.env.CLUSTER_STORE.getByName(c.var.cluster) as unknown as StoreStub;
  let policy = await policyOf(c.var.cluster, stub as Store, c.env.CLUSTER_CA ?? "");
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide({ policy, store: new StoreClient(stub, policy.revision) });
    } catch (error) {
      if (!(error instanceof StalePolicy) || attempt === DECISIONS) throw error;
      policy = await refreshPolicy(c.var.cluster, policy, stub as Store);
    }
  }
}
