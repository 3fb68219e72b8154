import type { Container, PodSpec } from "../../../generated/core.v1.ts";

/** All containers in Kubernetes' order: init, main, ephemeral. */
export function visitContainers(
  spec: PodSpec,
  path: string,
  visit: (container: Pick<Container, "name" | "securityContext" | "resources" | "env" | "ports">, path: string) => void,
): void {
  for (const list of ["initContainers", "containers", "ephemeralContainers"] as const)
    spec[list]?.forEach((container, i) => {
      visit(container, `${path}.${list}[${i}]`);
    });
}
