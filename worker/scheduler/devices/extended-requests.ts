/** The extended resources of a pod's containers as the requests of one claim. */
import type { Container, ContainerExtendedResourceRequest, Pod } from "../../../api/generated/core.v1.ts";
import type { DeviceRequest } from "../../../api/generated/resource.v1.ts";
import { amountOf } from "../cluster/amounts.ts";

export interface ExtendedRequests {
  readonly requests: readonly DeviceRequest[];
  /** Which request each container's devices come from. */
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

interface Request {
  readonly name: string;
  readonly deviceClassName: string;
  readonly count: number;
}

/** `classes`: device class names by resource. */
export function extendedRequestsOf({ spec }: Pod, classes: ReadonlyMap<string, string>): ExtendedRequests {
  const initial = spec.initContainers ?? [];
  const containers = [...initial, ...(spec.containers ?? [])];
  const ends = (i: number) => i < initial.length && containers[i]?.restartPolicy !== "Always";
  const requests: Request[] = [];
  const mappings: ContainerExtendedResourceRequest[] = [];
  for (const [resource, deviceClassName] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const requesting = containers.map((container, i) => ({
      container,
      i,
      requested: requestedBy(container, resource),
    }));
    const mapped = ({ name: containerName }: Container, requestName: string) => ({
      containerName,
      resourceName: resource,
      requestName,
    });
    const lasting: (Request | undefined)[] = requesting.map(({ container, i, requested }) =>
      requested > 0 && !ends(i)
        ? { name: nameOf(container, i, resource), deviceClassName, count: requested }
        : undefined,
    );
    // Init containers reuse the devices of later containers, and share one request for whatever they need beyond those.
    let most: Request | undefined;
    const own = new Set<string>();
    const ending: ContainerExtendedResourceRequest[] = [];
    for (const { container, i, requested } of requesting) {
      if (requested === 0 || !ends(i)) continue;
      let left = requested;
      for (const later of lasting.slice(i)) {
        if (!later || left <= 0) continue;
        left -= later.count;
        ending.push(mapped(container, later.name));
      }
      if (left <= 0) continue;
      const request = { name: nameOf(container, i, resource), deviceClassName, count: left };
      own.add(request.name);
      ending.push(mapped(container, request.name));
      if (!most || most.count < left) most = request;
    }
    if (most) requests.push(most);
    requests.push(...lasting.filter((request) => request !== undefined));
    lasting.forEach((request, i) => {
      const container = containers[i];
      if (request && container) mappings.push(mapped(container, request.name));
    });
    const { name } = most ?? {};
    mappings.push(
      ...ending.map((each) =>
        name !== undefined && own.has(each.requestName) ? { ...each, requestName: name } : each,
      ),
    );
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)).map(deviceRequestOf), mappings };
}

const requestedBy = ({ resources }: Container, resource: string) => amountOf(resource, resources?.requests?.[resource]);

/** Made of the container's index, and the resource's index among the container's requests. */
const nameOf = ({ resources }: Container, i: number, resource: string) =>
  `container-${i}-request-${Object.keys(resources?.requests ?? {})
    .sort()
    .indexOf(resource)}`;

const deviceRequestOf = ({ name, deviceClassName, count }: Request): DeviceRequest => ({
  name,
  exactly: { deviceClassName, allocationMode: "ExactCount", count },
});
