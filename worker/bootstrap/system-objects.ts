/** What every cluster has from the start: what kube-apiserver ensures when it starts. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { apiServices } from "./api-services.ts";
import { clusterInfo } from "./cluster-info.ts";
import type { Deployment } from "./deployment.ts";
import { flowControl } from "./flow-control.ts";
import { ingressClass } from "./ingress-class.ts";
import { kubernetesEndpoints } from "./kubernetes-endpoints.ts";
import { kubernetesService } from "./kubernetes-service.ts";
import { legacyTokenTracking } from "./legacy-token-tracking.ts";
import { namespaces } from "./namespaces.ts";
import { priorityClasses } from "./priority-classes.ts";
import { publicFacts } from "./public-facts.ts";
import { defaultRoles } from "./roles/index.ts";

/** In the order of creation. `at` is the time (RFC 3339) for conditions. */
export const systemObjects = (
  at: string,
  { ca, frontProxy, address, path, hasIngress, serviceRanges }: Deployment,
): readonly KubeObject[] => [
  ...namespaces,
  ...priorityClasses,
  ...defaultRoles(),
  ...publicFacts(ca, frontProxy),
  ...clusterInfo({ ca, address, path }),
  legacyTokenTracking(at),
  ...kubernetesService(at, serviceRanges),
  ...kubernetesEndpoints(address),
  ...(hasIngress ? [ingressClass] : []),
  ...flowControl(at),
  ...apiServices(at),
];
