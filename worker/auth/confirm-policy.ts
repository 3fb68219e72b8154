import type { StoreClient } from "../storage/store-client.ts";

/**
 * Asks the store whether the policy at hand is still the newest, and lets the request be decided again where it is not.
 * Only decisions that come without any call of the store need it: refusals, access reviews, paths that are no resources.
 */
export async function confirmPolicy(store: StoreClient): Promise<void> {
  await store.readMany([]);
}
