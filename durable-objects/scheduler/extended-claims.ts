/**
 * Creates and deletes claims for extended resources through the API, so that quotas count them and policies see them.
 */
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { ApiClient, Outcome } from "../../client/api-client.ts";
import { mustSucceed } from "./must-succeed.ts";

type Claim = Stored<ResourceClaim>;

const targetOf = ({ metadata: { namespace = "", name } }: Claim) => ({
  resource: "resourceclaims.resource.k8s.io",
  namespace,
  name,
});

/** Keeps a claim from going before its allocation is returned. */
const FINALIZER = "resource.kubernetes.io/delete-protection";

export async function makeClaim(api: ApiClient, claim: Claim): Promise<Outcome<Claim>> {
  const { name: _, ...collection } = targetOf(claim);
  return api.create(collection, claim);
}

/**
 * Removes the finalizer as well, since nobody uses the claim's devices. A claim that is already gone counts as success.
 */
export async function discardClaim(api: ApiClient, claim: Claim): Promise<void> {
  const { uid, finalizers = [] } = claim.metadata;
  if (finalizers.includes(FINALIZER)) {
    const metadata = { ...claim.metadata, finalizers: finalizers.filter((each) => each !== FINALIZER) };
    mustSucceed(await api.update(targetOf(claim), { ...claim, metadata }), "removing the finalizer");
  }
  mustSucceed(await api.delete(targetOf(claim), { uid }), "deleting");
}
