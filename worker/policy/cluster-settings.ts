/**
 * What a cluster's owner has set for it: one object in the cluster's own store, which is policy, so that a change counts at
 * once, and which no URL reaches. A named cluster has it from its first moment to its last.
 */
import type { JwtAuthenticator } from "../../api/authentication/config.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Key, StoreLimits } from "../../api/store.ts";
import { CLUSTER_SETTINGS } from "./internal-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

export const SETTINGS_KEY: Key = { resource: CLUSTER_SETTINGS, namespace: "", name: "self" };

export interface ClusterLimits extends StoreLimits {
  /** That are open at the same time. */
  readonly watches?: number;
  /** Of everybody together; each isolate counts for itself. */
  readonly requestsPerSecond?: number;
}

export interface ClusterSettings extends KubeObject {
  readonly administrator?: {
    readonly sha256: string;
    /** The digest in the deployment's secrets that this one takes the place of. A newer deployment's counts again. */
    readonly supersedes?: string;
  };
  readonly limits?: ClusterLimits;
  /** Who vouches for users of a named cluster; those of the default one are the deployment's own. */
  readonly issuers?: readonly JwtAuthenticator[];
}

export const settingsOf = (policy: PolicySnapshot): ClusterSettings | undefined =>
  policy.get<ClusterSettings>(CLUSTER_SETTINGS, "", SETTINGS_KEY.name);
