/** The variables that describe the Services of its namespace to a container, in the style of Docker links. */

import type { Service } from "../../../../api/generated/core.v1.ts";
import { joinHostPort } from "../../../../api/machinery/network/join-host-port.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
}

const upper = (name: string): string => name.toUpperCase().replaceAll("-", "_");

function variablesOf({ metadata, spec }: Service): Variable[] {
  const prefix = upper(metadata.name ?? "");
  const host = spec.clusterIP ?? "";
  const ports = spec.ports ?? [];
  const [first] = ports;
  if (first === undefined) return [];
  const protocolOf = (protocol: string | undefined) => (protocol ?? "TCP").toLowerCase();
  const variables = [
    { name: `${prefix}_SERVICE_HOST`, value: host },
    { name: `${prefix}_SERVICE_PORT`, value: String(first.port) },
    ...ports
      .filter(({ name }) => name !== undefined && name !== "")
      .map(({ name = "", port }) => ({ name: `${prefix}_SERVICE_PORT_${upper(name)}`, value: String(port) })),
    { name: `${prefix}_PORT`, value: `${protocolOf(first.protocol)}://${joinHostPort(host, first.port)}` },
  ];
  for (const { port, protocol } of ports) {
    const name = `${prefix}_PORT_${port}_${protocolOf(protocol).toUpperCase()}`;
    variables.push(
      { name, value: `${protocolOf(protocol)}://${joinHostPort(host, port)}` },
      { name: `${name}_PROTO`, value: protocolOf(protocol) },
      { name: `${name}_PORT`, value: String(port) },
      { name: `${name}_ADDR`, value: host },
    );
  }
  return variables;
}

/**
 * `kubernetes` of the default namespace is always included; those of the pod's own namespace unless service links are
 * off.
 */
export function serviceVariables(
  services: readonly Service[],
  { namespace, links }: { readonly namespace: string; readonly links: boolean },
): Variable[] {
  return services
    .filter(({ metadata, spec }) => {
      if (spec.clusterIP === undefined || spec.clusterIP === "" || spec.clusterIP === "None") return false;
      if (metadata.namespace === "default" && metadata.name === "kubernetes") return true;
      return links && metadata.namespace === namespace;
    })
    .sort((a, b) => Number(a.metadata.namespace === namespace) - Number(b.metadata.namespace === namespace))
    .flatMap(variablesOf);
}
