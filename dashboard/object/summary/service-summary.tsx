/** A service's addresses and ports, and its endpoints, live. */
import type { Service } from "../../../api/generated/core.v1.ts";
import { KubectlLine } from "../../parts/kubectl-line.tsx";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { portForward } from "../../summaries/port-forward.ts";
import { LoadBalancerAddress } from "./load-balancer-address.tsx";
import { ServiceEndpoints } from "./service-endpoints.tsx";

export function ServiceSummary({ object }: ObjectProps) {
  const { spec } = object as Service;
  const { name, namespace = "" } = object.metadata;
  const ports = spec.ports ?? [];
  const selector = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  // kubectl forwards to a pod that the Service selects.
  const forward = selector.length > 0 ? portForward({ namespace, target: `service/${name}`, ports }) : "";
  return (
    <section class="card">
      <h2>Where it leads</h2>
      <dl class="facts">
        <dt>Type</dt>
        <dd>{spec.type ?? "ClusterIP"}</dd>
        <dt>Address</dt>
        <dd>{spec.type === "ExternalName" ? spec.externalName : spec.clusterIP}</dd>
        {spec.type === "LoadBalancer" && (
          <>
            <dt>Outside</dt>
            <LoadBalancerAddress service={object as Service} />
          </>
        )}
        <dt>Ports</dt>
        <dd>{ports.map(renderPort).join("; ")}</dd>
        <dt>Selects</dt>
        <dd>{selector.join(", ") || "nothing: its endpoints are somebody else's to write"}</dd>
      </dl>
      {spec.type !== "ExternalName" && (
        <ServiceEndpoints namespace={namespace} service={name} selects={selector.length > 0} />
      )}
      {forward && <KubectlLine command={forward} />}
    </section>
  );
}

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

/** `http 80/TCP → 8080, node port 30080`. */
function renderPort({ name, port, protocol, targetPort, nodePort }: ServicePort): string {
  const outer = nodePort ? `, node port ${nodePort}` : "";
  return `${name ? `${name} ` : ""}${port}/${protocol ?? "TCP"} → ${targetPort ?? port}${outer}`;
}
