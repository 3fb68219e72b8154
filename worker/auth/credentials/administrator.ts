/** The administrator's token: random, and stored only as a digest. */
import { base64Url } from "../../../api/machinery/encoding/base64url.ts";
import { DEFAULT_CLUSTER } from "../../cluster.ts";
import type { Env } from "../../env.ts";
import { settingsOf } from "../../policy/cluster-settings.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { hasDigest } from "./secret.ts";

export const newAdministratorToken = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)));

interface Deployed {
  readonly env: Env;
  readonly cluster: string;
}

/**
 * The digest in the deployment's secrets. For the default cluster only: other clusters have administrators of their
 * own.
 */
export const deployedDigest = ({ env, cluster }: Deployed): string | undefined =>
  cluster === DEFAULT_CLUSTER && env.ADMIN_TOKEN_SHA256 ? env.ADMIN_TOKEN_SHA256 : undefined;

export async function isAdministrator(
  token: string,
  at: Deployed & { readonly policy: PolicySnapshot },
): Promise<boolean> {
  const deployed = deployedDigest(at);
  const set = settingsOf(at.policy)?.administrator;
  const digest = set && set.supersedes === deployed ? set.sha256 : deployed;
  return digest !== undefined && hasDigest(token, digest);
}
