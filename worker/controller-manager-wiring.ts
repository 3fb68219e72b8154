/** What the controller manager is given of the deployment: the store, the Worker's own API, and what the cluster's keys sign. */
import type { ServiceAccount } from "../api/generated/core.v1.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import type { Store } from "../api/store.ts";
import type { ControllerManagerWiring } from "../durable-objects/controller-manager.ts";
import { legacyTokenClaims } from "./auth/service-account-token.ts";
import { clusterBase } from "./cluster.ts";
import type { Env } from "./env.ts";
import { POD_CIDR, SERVICE_CIDR } from "./network.ts";

export const controllerManagerWiring = (env: Env): ControllerManagerWiring => ({
  store: (cluster) => env.CLUSTER_STORE.getByName(cluster) as unknown as Store,
  fetch: (request) => env.API.fetch(request),
  base: clusterBase,
  authority: (cluster) => ({
    tokenData: async (secret, account) => {
      const claims = legacyTokenClaims(secret, account as ServiceAccount);
      const token = await env.CLUSTER_KEYS.getByName(cluster).sign({ ...claims });
      return {
        token: btoa(token),
        namespace: btoa(secret.metadata.namespace ?? ""),
        ...(env.CLUSTER_CA ? { "ca.crt": btoa(env.CLUSTER_CA) } : {}),
      };
    },
    certificate: async (_request: KubeObject) => ({ refused: "this control plane signs no client certificates yet" }),
  }),
  facts: async () => ({ caBundle: env.CLUSTER_CA ?? "", podCidr: POD_CIDR, serviceCidr: SERVICE_CIDR }),
  heardOf: async (cluster) => {
    const heard = await env.NODE_HUB.getByName(cluster).heard();
    return (node) => heard[node];
  },
});
