/** Ports on every node that lead to a Service. */
import type { ServiceSpec } from "../../../generated/core.v1.ts";
import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import { mayHaveNodePorts } from "./service-defaults.ts";

/** The range of node ports; all others are the machine's own. */
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

const OUT_OF_RANGE = `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
export const PORT_TAKEN = "provided port is already allocated";

const isNodePort = (port: number) => port >= NODE_PORTS.first && port <= NODE_PORTS.last;

/** Why a user-chosen health check port cannot be allocated, in the allocator's words. */
export function healthCheckPortProblem({ healthCheckNodePort = 0, ports = [] }: ServiceSpec): string | undefined {
  if (healthCheckNodePort === 0) return undefined;
  if (!isNodePort(healthCheckNodePort)) return OUT_OF_RANGE;
  return ports.some(({ nodePort }) => nodePort === healthCheckNodePort) ? PORT_TAKEN : undefined;
}

/**
 * The first port that cannot be allocated, in the allocator's words; further ones are not checked, as in Kubernetes.
 * In a new Service, only protocols of the same port can share a node port; in one that exists any protocols can.
 */
export function validateNodePorts(spec: ServiceSpec, { isNew }: { readonly isNew: boolean }): FieldError[] {
  if (!mayHaveNodePorts(spec)) return [];
  const taken = new Map<number, Set<string | number>>();
  for (const [i, { nodePort, protocol = "", port }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    const path = `spec.ports[${i}].nodePort`;
    if (!isNodePort(nodePort)) return [invalid(path, nodePort, OUT_OF_RANGE)];
    const users = taken.get(nodePort) ?? new Set();
    const isTaken = isNew ? users.size > 0 && !users.has(port) : users.has(protocol);
    if (isTaken) return [invalid(path, nodePort, PORT_TAKEN)];
    taken.set(nodePort, users.add(isNew ? port : protocol));
  }
  return [];
}
