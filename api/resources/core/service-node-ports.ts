/** Ports on every node that lead to a Service. */
import type { ServiceSpec } from "../../generated/core.v1.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { needsNodePorts } from "./service-defaults.ts";

/** Where node ports come from; all others are the machine's own. */
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

/** The first port that no allocator could give, in the allocator's words; the rest is not looked at, as there. */
export function validateNodePorts(spec: ServiceSpec): FieldError[] {
  if (!needsNodePorts(spec)) return [];
  const taken = new Set<string>();
  for (const [i, { nodePort, protocol }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    const path = `spec.ports[${i}].nodePort`;
    const { first, last } = NODE_PORTS;
    if (nodePort < first || nodePort > last)
      return [
        invalid(
          path,
          nodePort,
          `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
        ),
      ];
    if (taken.has(`${protocol} ${nodePort}`)) return [invalid(path, nodePort, "provided port is already allocated")];
    taken.add(`${protocol} ${nodePort}`);
  }
  return [];
}
