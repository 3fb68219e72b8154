/** Extended resources that a pod has through a claim: they involve no device plugin, and use none of the node's own. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";

type Amounts = NonNullable<NonNullable<Container["resources"]>["requests"]>;

/** The pod's containers without requests for them. */
export function withoutClaimed(pod: Pod): Pod {
  const { initContainers, containers } = pod.spec;
  if (!pod.status.extendedResourceClaimStatus) return pod;
  const unclaimed = (each: Container) => containerWithoutClaimed(pod, each);
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(initContainers && { initContainers: initContainers.map(unclaimed) }),
      containers: containers.map(unclaimed),
    },
  };
}

export function containerWithoutClaimed({ status }: Pod, container: Container): Container {
  const { requestMappings = [] } = status.extendedResourceClaimStatus ?? {};
  const claimed = new Set(
    requestMappings.filter(({ containerName }) => containerName === container.name).map((each) => each.resourceName),
  );
  if (claimed.size === 0 || !container.resources) return container;
  const others = (amounts: Amounts) =>
    Object.fromEntries(Object.entries(amounts).filter(([resource]) => !claimed.has(resource)));
  const { requests, limits } = container.resources;
  return {
    ...container,
    resources: {
      ...container.resources,
      ...(requests && { requests: others(requests) }),
      ...(limits && { limits: others(limits) }),
    },
  };
}
