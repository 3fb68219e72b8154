/** Sets up Services and the pod network as well as the machine allows. */
import type { AgentOptions } from "./agent-options.ts";
import { CLUSTER_DOMAIN } from "./dns/cluster-domain.ts";
import { apiServerOf } from "./network/api-proxy.ts";
import { ClusterNetwork } from "./network/cluster-network.ts";
import type { NodeAssembly } from "./node-assembly.ts";
import type { Parts } from "./parts.ts";

export const openNetwork = (
  made: NodeAssembly,
  { nodeName, dataDirectory, connection }: AgentOptions,
  { controlPlane, runtime, log }: Parts,
): Promise<ClusterNetwork> =>
  ClusterNetwork.open({
    nodeName,
    clusterDomain: CLUSTER_DOMAIN,
    runtime,
    dataDirectory,
    apiServer: apiServerOf(connection),
    resolvers: () => made.machineNetwork.resolv.servers,
    key: made.networkKey,
    controlPlane,
    list: (resource) => made.objects.list(resource),
    onReady: () => {
      made.pods.followAll();
      void made.registrar.register();
    },
    onWays: () => void made.registrar.register(),
    log,
  });
