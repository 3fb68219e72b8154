/**
 * What the deployment passes to the controller manager: the store, the Worker's own API, and what the cluster's keys
 * sign.
 */
import type { CertificateSigningRequest } from "../api/generated/certificates.v1.ts";
import type { ServiceAccount } from "../api/generated/core.v1.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import { timestamp } from "../api/machinery/time/time.ts";
import { NO_LOCAL_VOLUMES } from "../api/node/local-volumes.ts";
import type { ControllerManagerWiring } from "../durable-objects/controller-manager.ts";
import { legacyTokenClaims } from "./auth/credentials/service-account-token.ts";
import { deploymentOf } from "./bootstrap/deployment.ts";
import { standingObjects } from "./bootstrap/standing-objects.ts";
import { clusterSigning } from "./certificates/cluster-signing.ts";
import { podAuthorities } from "./certificates/pod-authorities.ts";
import { signRequest } from "./certificates/sign-request.ts";
import type { StandingObject } from "./controllers/cluster-facts.ts";
import type { Env } from "./env.ts";
import { clusterRanges } from "./network.ts";
import { lastingShards, lastingStore } from "./storage/lasting-store.ts";

export const controllerManagerWiring = (env: Env): ControllerManagerWiring =>
  wiringOf(env, podAuthorities(env), standingIn(env));

/** Does not change while a deployment runs. */
function standingIn(env: Env): (cluster: string) => Promise<readonly StandingObject[]> {
  const known = new Map<string, readonly StandingObject[]>();
  return async (cluster) => {
    const found = known.get(cluster) ?? standingObjects(timestamp(Date.now()), await deploymentOf(env, cluster));
    known.set(cluster, found);
    return found;
  };
}

const wiringOf = (
  env: Env,
  authoritiesOf: (cluster: string) => Promise<string>,
  standingOf: (cluster: string) => Promise<readonly StandingObject[]>,
): ControllerManagerWiring => ({
  store: (cluster) => lastingStore(env, cluster),
  shards: (cluster) => lastingShards(env, cluster),
  request: (cluster, requests, answered) => env.API.send({ cluster, requests, answered }),
  authority: (cluster) => ({
    tokenData: async (secret, account) => {
      const claims = legacyTokenClaims(secret, account as ServiceAccount);
      const token = await env.CLUSTER_KEYS.getByName(cluster).sign({ ...claims });
      const namespace = btoa(secret.metadata.namespace ?? "");
      return { token: btoa(token), namespace, "ca.crt": btoa(await authoritiesOf(cluster)) };
    },
    certificate: async (request: KubeObject) =>
      signRequest(request as CertificateSigningRequest, await clusterSigning(env, cluster)),
  }),
  facts: async (cluster) => ({
    caBundle: await authoritiesOf(cluster),
    podCidrs: clusterRanges(env).pods,
    standing: await standingOf(cluster),
    hasLocalClass: env.LOCAL_VOLUMES !== NO_LOCAL_VOLUMES,
    ...(env.INGRESS_DOMAIN !== undefined && {
      ingress: {
        domain: env.INGRESS_DOMAIN,
        cluster,
        ...(env.INGRESS_PORT !== undefined && { port: Number(env.INGRESS_PORT) }),
      },
    }),
  }),
  lastSeen: async (cluster) => {
    const seen = await env.NODE_HUB.getByName(cluster).lastSeen();
    return (node) => seen[node];
  },
});
