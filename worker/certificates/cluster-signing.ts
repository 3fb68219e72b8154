/** Access to a cluster's authority, for signing. */
import type { ClientAuthority } from "../../durable-objects/certificate-authority.ts";
import type { Env } from "../env.ts";
import type { Signing } from "./sign-request.ts";

export async function clusterSigning({ CLUSTER_KEYS }: Env, cluster: string): Promise<Signing> {
  const keys = CLUSTER_KEYS.getByName(cluster);
  return {
    authority: (await keys.clientAuthority()) as ClientAuthority,
    sign: async (bytes) => (await keys.signCertificate(bytes)) as Uint8Array,
    serial: crypto.getRandomValues(new Uint8Array(16)),
    now: Date.now(),
  };
}
