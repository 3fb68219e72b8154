/** What the containers of a pod use while they are being resized (k8s.io/component-helpers/resource). */
import type { Container, ContainerStatus, Pod, PodSpec } from "../../../../generated/core.v1.ts";
import { compareQuantities } from "../../../../machinery/quantity.ts";

export type ResourceList = Readonly<Record<string, string | number>>;
type Kind = "requests" | "limits";

const own = (container: Container, kind: Kind): ResourceList | undefined => container.resources?.[kind];

/**
 * The maximum of the requested, the allocated and the actual resources. An infeasible resize does not count. Init
 * containers are not resized, nor are pods without a node.
 */
export function whileResized({ spec, status }: Pod, kind: Kind): (container: Container) => ResourceList | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  const allocated = [...containerStatuses, ...initContainerStatuses.filter(({ name }) => isSidecar(spec, name))].filter(
    ({ resources }) => resources !== undefined,
  );
  if (allocated.length === 0) return (container) => own(container, kind);
  const statuses = new Map(allocated.map((each): [string, ContainerStatus] => [each.name, each]));
  const infeasible = isInfeasible(status);
  return (container) => {
    const is = statuses.get(container.name);
    if (!is) return own(container, kind);
    const lists = [is.resources?.[kind], kind === "requests" ? is.allocatedResources : undefined];
    return largest(infeasible ? lists : [own(container, kind), ...lists]);
  };
}

/** The same for pod-level requests; undefined if there are none. */
export function wholeWhileResized({ spec, status }: Pod): ResourceList | undefined {
  const requested = spec.resources?.requests;
  if (requested === undefined || status.resources === undefined) return requested;
  const lists = [status.resources.requests, status.allocatedResources];
  return largest(isInfeasible(status) ? lists : [requested, ...lists]);
}

const isInfeasible = ({ conditions = [] }: Pod["status"]) =>
  conditions.find(({ type }) => type === "PodResizePending")?.reason === "Infeasible";

const isSidecar = ({ initContainers = [] }: PodSpec, name: string) =>
  initContainers.some((each) => each.name === name && each.restartPolicy === "Always");

function largest(lists: readonly (ResourceList | undefined)[]): ResourceList {
  const most: Record<string, string | number> = {};
  for (const list of lists)
    for (const name in list) {
      const amount = list[name];
      if (amount !== undefined && (most[name] === undefined || compareQuantities(amount, most[name]) > 0))
        most[name] = amount;
    }
  return most;
}
