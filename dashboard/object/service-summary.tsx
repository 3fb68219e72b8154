/** A service's ports, and its endpoints, live. */
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import type { ObjectProps } from "./object-props.ts";
import { portForward } from "./port-forward.ts";

export function ServiceSummary({ object }: ObjectProps) {
  const { spec } = object as Service;
  const { name, namespace = "" } = object.metadata;
  const list = useLiveList(`slices of ${namespace}/${name}`, () =>
    objectsAt<EndpointSlice>(resourcePath({ resource: "endpointslices.discovery.k8s.io", namespace }), {
      labelSelector: `kubernetes.io/service-name=${name}`,
    }),
  );
  const slices = [...list.items.value.values()];
  const endpoints = slices.flatMap(({ endpoints, ports }) =>
    (endpoints ?? []).map((endpoint) => ({ endpoint, ports })),
  );
  const ports = (spec.ports ?? []).map(({ port }) => port);
  const pod = kindOfReference("v1", "Pod");
  const selector = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return (
    <section class="card">
      <h2>
        Where it leads <span class="count">{endpoints.length}</span>
      </h2>
      <dl class="facts">
        <dt>Type</dt>
        <dd>{spec.type ?? "ClusterIP"}</dd>
        <dt>Address</dt>
        <dd>{spec.type === "ExternalName" ? spec.externalName : spec.clusterIP}</dd>
        {spec.type === "LoadBalancer" && (
          <>
            <dt>Outside</dt>
            <dd>{outerAddresses(object as Service)}</dd>
          </>
        )}
        <dt>Ports</dt>
        <dd>
          {(spec.ports ?? [])
            .map((port) => {
              const nodePort = port.nodePort ? `, node port ${port.nodePort}` : "";
              return `${port.name ? `${port.name} ` : ""}${port.port}/${port.protocol ?? "TCP"} → ${port.targetPort ?? port.port}${nodePort}`;
            })
            .join("; ")}
        </dd>
        <dt>Selects</dt>
        <dd>{selector.join(", ") || "nothing: its endpoints are somebody else's to write"}</dd>
      </dl>
      {endpoints.length === 0 && spec.type !== "ExternalName" ? (
        <p class="quiet">
          {selector.length > 0 ? "No pod with these labels has an address yet." : "There are no endpoints."}
        </p>
      ) : (
        <ul class="plain tree">
          {endpoints.map(({ endpoint, ports }) => {
            const ready = endpoint.conditions?.ready !== false;
            const target = endpoint.targetRef;
            return (
              <li key={`${endpoint.addresses.join()}${target?.uid}`}>
                <StateChip text={ready ? "Ready" : "Not ready"} tone={ready ? "good" : "warn"} />{" "}
                {target?.kind === "Pod" && target.name && pod ? (
                  <a href={objectHref(pod, { namespace, name: target.name })}>{target.name}</a>
                ) : (
                  target?.name
                )}{" "}
                <span class="quiet">
                  {endpoint.addresses
                    .map((address) => (ports ?? []).map(({ port }) => `${address}:${port}`))
                    .join(", ")}
                  {endpoint.nodeName && ` on ${endpoint.nodeName}`}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {ports.length > 0 && <KubectlLine command={portForward({ namespace, target: `service/${name}`, ports })} />}
    </section>
  );
}

/** The load balancer's addresses, or why there are none. */
function outerAddresses({ status }: Service): string {
  const addresses = (status.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => hostname ?? ip);
  const obstacle = status.conditions?.find((condition) => condition.status === "False")?.message;
  return addresses.join(", ") || `pending: ${obstacle ?? "no load balancer has taken it on"}`;
}
