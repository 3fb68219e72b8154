/** Bootstrap objects that are recreated whenever they are deleted: kube-apiserver has a loop for each. */
import { groupResource, type KubeObject, parseApiVersion } from "../../api/machinery/meta.ts";
import type { StandingObject } from "../controllers/cluster-facts.ts";
import { builtIn } from "../kinds/kind-registry.ts";
import type { Deployment } from "./deployment.ts";
import { flowControl } from "./flow-control.ts";
import { kubernetesEndpoints } from "./kubernetes-endpoints.ts";
import { kubernetesService } from "./kubernetes-service.ts";
import { legacyTokenTracking } from "./legacy-token-tracking.ts";
import { namespaces } from "./namespaces.ts";
import { publicFacts } from "./public-facts.ts";

export const standingObjects = (
  at: string,
  { ca, frontProxy, address, serviceRanges }: Deployment,
): readonly StandingObject[] =>
  [
    ...namespaces,
    ...publicFacts(ca, frontProxy),
    legacyTokenTracking(at),
    ...kubernetesService(at, serviceRanges),
    ...kubernetesEndpoints(address),
    ...flowControl(at),
  ]
    .filter(({ kind = "" }) => !MADE_WITH_OTHERS.has(kind))
    .map(standingObject);

/** A Service's addresses are created with it, a namespace's service account by its controller. */
const MADE_WITH_OTHERS: ReadonlySet<string> = new Set(["IPAddress", "ServiceAccount"]);

/** In the form in which a client would create it: statuses, finalizers and managed fields are added by the server. */
function standingObject(object: KubeObject): StandingObject {
  const { group, version } = parseApiVersion(object.apiVersion ?? "");
  const resource = builtIn.findKind(group, version, object.kind ?? "")?.resource;
  if (!resource) throw new Error(`standing object of an unknown kind: ${object.kind}`);
  const { status: _, ...rest } = object as KubeObject & { status?: unknown };
  const { managedFields: __, finalizers: ___, ...metadata } = rest.metadata;
  return { resource: groupResource(group, resource.plural), object: { ...rest, metadata } };
}
