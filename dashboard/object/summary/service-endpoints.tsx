import type { Endpoint, EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { kindOfReference } from "../../api/discovery.ts";
import { objectHref } from "../../api/links.ts";
import { waitingFor } from "../../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { StateChip } from "../../parts/state-chip.tsx";

interface ServiceEndpointsProps {
  readonly namespace: string;
  readonly service: string;
  /** Whether the Service selects pods. */
  readonly selects: boolean;
}

export function ServiceEndpoints({ namespace, service, selects }: ServiceEndpointsProps) {
  const list = useLiveList(`slices of ${namespace}/${service}`, () =>
    objectsAt<EndpointSlice>(resourcePath({ resource: "endpointslices.discovery.k8s.io", namespace }), {
      labelSelector: `kubernetes.io/service-name=${service}`,
    }),
  );
  const endpoints = [...list.items.value.values()].flatMap((slice) =>
    (slice.endpoints ?? []).map((endpoint) => ({ endpoint, ports: slice.ports ?? [] })),
  );
  if (endpoints.length === 0) {
    const nothing = selects ? "No pod with these labels has an address yet." : "There are no endpoints.";
    return <p class="quiet">{waitingFor(list.state.value) ?? nothing}</p>;
  }
  return (
    <>
      <h3>
        Endpoints <span class="count">{endpoints.length}</span>
      </h3>
      <ul class="plain tree">
        {endpoints.map(({ endpoint, ports }) => (
          <li key={`${endpoint.addresses.join()}${endpoint.targetRef?.uid}`}>
            <EndpointLine namespace={namespace} endpoint={endpoint} ports={ports} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface EndpointLineProps {
  readonly namespace: string;
  readonly endpoint: Endpoint;
  readonly ports: NonNullable<EndpointSlice["ports"]>;
}

function EndpointLine({ namespace, endpoint, ports }: EndpointLineProps) {
  const pod = kindOfReference("v1", "Pod");
  const ready = endpoint.conditions?.ready !== false;
  const target = endpoint.targetRef;
  return (
    <>
      <StateChip text={ready ? "Ready" : "Not ready"} tone={ready ? "good" : "warn"} />{" "}
      {target?.kind === "Pod" && target.name && pod ? (
        <a href={objectHref(pod, { namespace, name: target.name })}>{target.name}</a>
      ) : (
        target?.name
      )}{" "}
      <span class="quiet">
        {endpoint.addresses.map((address) => ports.map(({ port }) => `${address}:${port}`)).join(", ")}
        {endpoint.nodeName && ` on ${endpoint.nodeName}`}
      </span>
    </>
  );
}
