/**
 * What a cluster's owner has configured for it: one object in the cluster's own store. It is part of policy, so changes
 * apply at once, and no URL reaches it. Exists for the whole life of a named cluster.
 */
import type { JwtAuthenticator } from "../../api/authentication/config.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Key, StoreLimits } from "../../api/store/store.ts";
import { CLUSTER_SETTINGS } from "./internal-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

export const SETTINGS_KEY: Key = { resource: CLUSTER_SETTINGS, namespace: "", name: "self" };

export interface ClusterLimits extends StoreLimits {
  /** Watches that may be open at the same time. */
  readonly watches?: number;
  /** For all clients together; each isolate counts for itself. */
  readonly requestsPerSecond?: number;
}

export interface ClusterSettings extends KubeObject {
  readonly administrator?: {
    readonly sha256: string;
    /** The digest in the deployment's secrets that this one supersedes. A newer one in the deployment counts again. */
    readonly supersedes?: string;
  };
  readonly limits?: ClusterLimits;
  /** The issuers for users of a named cluster; those of the default cluster are the deployment's own. */
  readonly issuers?: readonly JwtAuthenticator[];
}

export const settingsOf = (policy: PolicySnapshot): ClusterSettings | undefined =>
  policy.get<ClusterSettings>(CLUSTER_SETTINGS, "", SETTINGS_KEY.name);
