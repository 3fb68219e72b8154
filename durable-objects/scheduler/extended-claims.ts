/**
 * Creates and deletes claims for extended resources through the API, so that quotas count them and policies see them.
 */
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { ApiClient, Outcome } from "../../client/api-client.ts";

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
    const freed = await api.update(targetOf(claim), { ...claim, metadata });
    if (failed(freed)) throw new Error(`taking the finalizer: ${messageOf(freed)}`);
  }
  const ended = await api.delete(targetOf(claim), { uid });
  if (failed(ended)) throw new Error(`deleting: ${messageOf(ended)}`);
}

const failed = (outcome: Outcome<unknown>): boolean => !outcome.ok && outcome.status.code !== 404;
const messageOf = (outcome: Outcome<unknown>): string => (outcome.ok ? "" : (outcome.status.message ?? ""));
