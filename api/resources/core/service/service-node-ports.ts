/** Ports on every node that lead to a Service. */
import type { ServicePort, ServiceSpec } from "../../../generated/core.v1.ts";
import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import { mayHaveNodePorts, needsNodePorts } from "./service-defaults.ts";

/** The range of node ports; all others are the machine's own. */
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

const OUT_OF_RANGE = `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
export const PORT_TAKEN = "provided port is already allocated";

const isNodePort = (port: number) => port >= NODE_PORTS.first && port <= NODE_PORTS.last;

/** Why a user-chosen health check port cannot be allocated, in the allocator's words. */
export function healthCheckPortProblem(
  { healthCheckNodePort = 0, ports = [] }: ServiceSpec,
  dryRun: boolean,
): string | undefined {
  if (healthCheckNodePort === 0) return undefined;
  if (!dryRun && !isNodePort(healthCheckNodePort)) return OUT_OF_RANGE;
  return ports.some(({ nodePort }) => nodePort === healthCheckNodePort) ? PORT_TAKEN : undefined;
}

/**
 * The first port that cannot be allocated, in the allocator's words; further ones are not checked, as in Kubernetes. In
 * a new Service, all protocols of a port share the node port that the first of them chose, which is theirs alone. A dry
 * run takes ports of any range.
 */
export function newPortProblem(spec: ServiceSpec, dryRun: boolean): FieldError | undefined {
  if (!mayHaveNodePorts(spec)) return undefined;
  const ports = spec.ports ?? [];
  const shared = sharedNodePorts(ports);
  const takenBy = new Map<number, number>();
  for (const [i, { nodePort, port }] of ports.entries()) {
    const wanted = nodePort || (needsNodePorts(spec) ? shared.get(port) : undefined);
    if (!wanted || (takenBy.get(wanted) === port && wanted === shared.get(port))) continue;
    const path = `spec.ports[${i}].nodePort`;
    if (!dryRun && !isNodePort(wanted)) return invalid(path, wanted, OUT_OF_RANGE);
    if (takenBy.has(wanted)) return invalid(path, wanted, PORT_TAKEN);
    takenBy.set(wanted, port);
  }
  return undefined;
}

/** For each port, the first node port that was chosen for it: protocols for which none was chosen get the same. */
export function sharedNodePorts(ports: readonly ServicePort[]): Map<number, number> {
  const shared = new Map<number, number>();
  for (const { port, nodePort } of ports) if (nodePort && !shared.has(port)) shared.set(port, nodePort);
  return shared;
}

/**
 * The same for an update, which keeps what it has. Kubernetes has no field error, only a text, for a port that two
 * ports of one protocol are to share.
 */
export function changedPortProblem(
  spec: ServiceSpec,
  old: ServiceSpec,
  dryRun: boolean,
): FieldError | string | undefined {
  if (!mayHaveNodePorts(spec)) return undefined;
  const held = new Set(old.ports?.map(({ nodePort }) => nodePort));
  const taken = new Set<string>();
  for (const [i, { nodePort, protocol = "" }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    if (!dryRun && !held.has(nodePort) && !isNodePort(nodePort))
      return invalid(`spec.ports[${i}].nodePort`, nodePort, OUT_OF_RANGE);
    const key = `{${protocol} ${nodePort}}`;
    if (taken.has(key)) return `duplicate nodePort: ${key}`;
    taken.add(key);
  }
  return undefined;
}
