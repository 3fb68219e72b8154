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

interface Requesting {
  readonly container: Container;
  readonly request: Request;
  /** Before the next container starts. */
  readonly ends: boolean;
}

/** `classes`: device class names by resource. */
export function extendedRequestsOf({ spec }: Pod, classes: ReadonlyMap<string, string>): ExtendedRequests {
  const initial = spec.initContainers ?? [];
  const containers = [...initial, ...(spec.containers ?? [])];
  const byResource = [...classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, deviceClassName]) => {
      const requesting = containers.flatMap((container, i): Requesting[] => {
        const count = amountOf(resource, container.resources?.requests?.[resource]);
        const request = { name: nameOf(container, i, resource), deviceClassName, count };
        const ends = i < initial.length && container.restartPolicy !== "Always";
        return count > 0 ? [{ container, request, ends }] : [];
      });
      return requestsOfResource(requesting, resource);
    });
  const requests = byResource.flatMap((each) => each.requests).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { requests: requests.map(deviceRequestOf), mappings: byResource.flatMap(({ mappings }) => mappings) };
}

function requestsOfResource(requesting: readonly Requesting[], resourceName: string) {
  const lasting = requesting.filter(({ ends }) => !ends);
  const ending = requesting.flatMap(({ container, request, ends }, i) => {
    const later = requesting.slice(i).filter(({ ends }) => !ends);
    return ends ? [{ container, ...reuse(request, later) }] : [];
  });
  // One request serves whatever init containers need beyond later containers' devices.
  const shared = ending
    .flatMap(({ surplus }) => surplus ?? [])
    .reduce<Request | undefined>((most, each) => (most && most.count >= each.count ? most : each), undefined);
  const mapped = ({ name: containerName }: Container, { name: requestName }: Request) => ({
    containerName,
    resourceName,
    requestName,
  });
  return {
    requests: [...(shared ? [shared] : []), ...lasting.map(({ request }) => request)],
    mappings: [
      ...lasting.map(({ container, request }) => mapped(container, request)),
      ...ending.flatMap(({ container, reused, surplus }) =>
        [...reused, ...(surplus && shared ? [shared] : [])].map((request) => mapped(container, request)),
      ),
    ],
  };
}

/** Later containers' requests whose devices suffice, or all of them and a request for the rest. */
function reuse(request: Request, later: readonly Requesting[]) {
  const reused: Request[] = [];
  let left = request.count;
  for (const { request: other } of later) {
    if (left <= 0) break;
    left -= other.count;
    reused.push(other);
  }
  return { reused, surplus: left > 0 ? { ...request, count: left } : undefined };
}

/** Made of the container's index, and the resource's index among the container's requests. */
const nameOf = ({ resources }: Container, i: number, resource: string) =>
  `container-${i}-request-${Object.keys(resources?.requests ?? {})
    .sort()
    .indexOf(resource)}`;

const deviceRequestOf = ({ name, deviceClassName, count }: Request): DeviceRequest => ({
  name,
  exactly: { deviceClassName, allocationMode: "ExactCount", count },
});
