/** What must be known besides a device claim to compute what it takes from a quota. */
import type { Pod } from "../../../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../../../api/generated/resource.v1.ts";
import { DEVICE_CLASSES, EXTENDED_CLAIM } from "../../../../api/resources/resource/extended-resource.ts";
import type { DeviceContext } from "../../../controllers/quota/device-usage.ts";
import type { AdmissionRequest } from "../../plugin.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";

export async function deviceContextOf(request: AdmissionRequest): Promise<DeviceContext> {
  const { context, namespace, object } = request;
  const classes = context.policy.list(DEVICE_CLASSES);
  const { annotations, ownerReferences = [] } = object?.metadata ?? {};
  const owner = ownerReferences.find(({ controller }) => controller);
  if (annotations?.[EXTENDED_CLAIM] !== "true" || !owner) return { classes, pod: () => undefined, ownedBy: () => [] };
  const pod = await request.reads.object<Pod>({ resource: "pods", namespace, name: owner.name });
  const { items } = await context.store.list({ resource: CLAIMS, namespace });
  const claims = items.map(({ text }) => JSON.parse(text) as ResourceClaim);
  const owned = claims.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.uid));
  return { classes, pod: () => pod, ownedBy: () => owned };
}
