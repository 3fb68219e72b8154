import type { Container, Pod, ResourceRequirements } from "../../../generated/core.v1.ts";
import { deepEqual } from "../../../machinery/deep-equal.ts";
import { type FieldError, forbidden, invalid, WHOLE_OBJECT } from "../../../machinery/field-error.ts";
import { compareQuantities } from "../../../machinery/quantity.ts";
import type { ResourceList } from "../resource-list.ts";
import { MIRROR } from "./annotations.ts";
import { validatePod } from "./pod-validation.ts";
import { qosClassOf } from "./qos-class.ts";

const ONLY_COMPUTE = "only cpu and memory resources are mutable";
const isSidecar = ({ restartPolicy }: Container) => restartPolicy === "Always";

/** CPU and memory of running containers change, within the pod's quality of service. */
export function validateResize(next: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined)
    return [forbidden(WHOLE_OBJECT, "static pods cannot be resized")];
  if (old.spec.os?.name === "windows") return [forbidden(WHOLE_OBJECT, "windows pods cannot be resized")];
  const errors = validatePod(next);
  if ((old.status.qosClass ?? qosClassOf(old.spec)) !== qosClassOf(next.spec))
    errors.push(invalid("spec", old.status.qosClass ?? "", "Pod QOS Class may not change as a result of resizing"));
  const running = old.status.containerStatuses?.find(({ state }) => state?.running);
  if (running && !running.resources) errors.push(forbidden("spec", "Pod running on node without support for resize"));
  for (const list of ["initContainers", "containers"] as const)
    old.spec[list]?.forEach((container, i) => {
      const now = next.spec[list]?.[i];
      if (now && (list === "containers" || isSidecar(container)))
        validateContainer(now, container, { path: `spec.${list}[${i}].resources`, errors });
    });
  for (const list of ["containers", "initContainers"] as const)
    next.spec[list]?.forEach((container, i) => {
      const before = old.spec[list]?.[i];
      if (!before) return;
      const resizable = list === "containers" || isSidecar(container);
      if (deepEqual(resizable ? withOldCompute(container, before) : container, before)) return;
      const sidecar = "only cpu and memory resources for sidecar containers are mutable";
      const fixed = "resources for non-sidecar init containers are immutable";
      errors.push(forbidden("spec", list === "containers" ? ONLY_COMPUTE : resizable ? sidecar : fixed));
    });
  if (errors.length > 0) return errors;
  const { containers: _c, initContainers: _i, ...rest } = next.spec;
  const { containers: _oc, initContainers: _oi, ...before } = old.spec;
  return deepEqual(rest, before) ? [] : [forbidden("spec", ONLY_COMPUTE)];
}

function validateContainer(
  { resources: next = {}, resizePolicy = [] }: Container,
  { resources: old = {} }: Container,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  if (lacks(next.requests, old.requests))
    errors.push(forbidden(`${path}.requests`, "resource requests cannot be removed"));
  if (lacks(next.limits, old.limits)) errors.push(forbidden(`${path}.limits`, "resource limits cannot be removed"));
  validateMemoryLimit(next, old, { path, errors, policy: resizePolicy.find((p) => p.resourceName === "memory") });
}

/** Less memory than a running container uses would end it, so only a restart may take it away. */
function validateMemoryLimit(
  next: ResourceRequirements,
  old: ResourceRequirements,
  { path, errors, policy }: { path: string; errors: FieldError[]; policy: { restartPolicy: string } | undefined },
): void {
  const [after, before] = [next.limits?.memory, old.limits?.memory];
  if (policy?.restartPolicy === "RestartContainer" || after === undefined || before !== undefined) return;
  errors.push(
    forbidden(`${path}.limits[memory]`, "memory limits cannot be added unless resizePolicy is RestartContainer"),
  );
}

const lacks = (next: ResourceList = {}, old: ResourceList = {}) => Object.keys(old).some((name) => !(name in next));

function withOldCompute(container: Container, old: Container): Container {
  const restored = (kind: "limits" | "requests"): ResourceList | undefined => {
    const before = old.resources?.[kind];
    if (!before) return undefined;
    const { cpu: _cpu, memory: _memory, ...others } = container.resources?.[kind] ?? {};
    const list: ResourceList = others;
    for (const name of ["cpu", "memory"]) if (before[name] !== undefined) list[name] = before[name];
    return list;
  };
  const [limits, requests] = [restored("limits"), restored("requests")];
  const claims = container.resources?.claims;
  const same = (kind: "limits" | "requests", list: ResourceList | undefined) =>
    list && old.resources?.[kind] && sameAmounts(list, old.resources[kind]) ? old.resources[kind] : list;
  const resources = { limits: same("limits", limits), requests: same("requests", requests), claims };
  return {
    ...container,
    resources: Object.fromEntries(Object.entries(resources).filter(([, value]) => value !== undefined)),
  };
}

const sameAmounts = (left: ResourceList, right: ResourceList) =>
  !lacks(left, right) &&
  !lacks(right, left) &&
  Object.keys(left).every((name) => compareQuantities(left[name], right[name]) === 0);
