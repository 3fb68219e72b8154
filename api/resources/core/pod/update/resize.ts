import type { Container, Pod, ResourceRequirements } from "../../../../generated/core.v1.ts";
import { sameValue } from "../../../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, WHOLE_OBJECT } from "../../../../machinery/field-error.ts";
import { compareQuantities } from "../../../../machinery/quantity.ts";
import type { ResourceList } from "../../resource-list.ts";
import { MIRROR } from "../annotations.ts";
import { validatePod } from "../pod-validation.ts";
import { qosClassOf } from "../resources/qos-class.ts";

const ONLY_COMPUTE = "only cpu and memory resources are mutable";
const LISTS = ["containers", "initContainers"] as const;
type ContainerList = (typeof LISTS)[number];

/** A resize changes CPU and memory of a pod and its containers, within the pod's quality of service class. */
export function validateResize(next: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined)
    return [forbidden(WHOLE_OBJECT, "static pods cannot be resized")];
  if (old.spec.os?.name === "windows") return [forbidden(WHOLE_OBJECT, "windows pods cannot be resized")];
  const errors = validatePod(next);
  if ((old.status.qosClass ?? qosClassOf(old.spec)) !== qosClassOf(next.spec))
    errors.push(invalid("spec", next.status.qosClass ?? "", "Pod QOS Class may not change as a result of resizing"));
  const running = old.status.containerStatuses?.find(({ state }) => state?.running);
  if (running && !running.resources) errors.push(forbidden("spec", "Pod running on node without support for resize"));
  const comparable = withPodCompute(next, old, errors);
  const moved = LISTS.flatMap((list) => movedContainers(list, next, old));
  if (moved.length > 0) return [...errors, ...moved];
  for (const list of LISTS.toReversed())
    old.spec[list]?.forEach((container, i) => {
      const now = next.spec[list]?.[i];
      if (now) errors.push(...removedAmounts(now, container, `spec.${list}[${i}].resources`));
    });
  for (const list of LISTS)
    comparable.spec[list]?.forEach((container, i) => {
      const before = old.spec[list]?.[i];
      if (before) errors.push(...changedBeside(container, before, `spec.${list}[${i}]`, list));
    });
  if (errors.length > 0) return errors;
  const { containers: _c, initContainers: _i, ...rest } = comparable.spec;
  const { containers: _oc, initContainers: _oi, ...before } = old.spec;
  return sameValue(rest, before) ? [] : [forbidden("spec", ONLY_COMPUTE)];
}

/** Containers are identified by position. */
function movedContainers(list: ContainerList, { spec: next }: Pod, { spec: old }: Pod): FieldError[] {
  const [now, before] = [next[list] ?? [], old[list] ?? []];
  if (now.length !== before.length) return [forbidden(`spec.${list}`, `${list} may not be added or removed on resize`)];
  return before.flatMap(({ name }, i) =>
    now[i]?.name === name
      ? []
      : [forbidden(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`)],
  );
}

function removedAmounts(
  { resources: next = {} }: Container,
  { resources: old = {} }: Container,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (lacks(next.requests, old.requests))
    errors.push(forbidden(`${path}.requests`, "resource requests cannot be removed"));
  if (lacks(next.limits, old.limits)) errors.push(forbidden(`${path}.limits`, "resource limits cannot be removed"));
  return errors;
}

/** Whether anything else about a container was changed. */
function changedBeside(next: Container, old: Container, path: string, list: ContainerList): FieldError[] {
  const errors: FieldError[] = [];
  if (!sameValue(withOldCompute(next, old), { ...old, resources: old.resources ?? {} }))
    errors.push(
      list === "containers"
        ? forbidden("spec", ONLY_COMPUTE)
        : forbidden(path, "only cpu and memory resources for init or sidecar containers are mutable"),
    );
  if (list === "initContainers" && next.restartPolicy !== "Always" && !sameValue(next, old))
    for (const { restartPolicy } of next.resizePolicy ?? [])
      if (restartPolicy === "RestartContainer")
        errors.push(
          forbidden(path, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"),
        );
  return errors;
}

const lacks = (next: ResourceList = {}, old: ResourceList = {}) => Object.keys(old).some((name) => !(name in next));

/** The pod with its old pod-level CPU and memory, to detect other changes. */
function withPodCompute(next: Pod, { spec: { resources: before } }: Pod, errors: FieldError[]): Pod {
  const { resources: now, ...rest } = next.spec;
  if (now === undefined) {
    if (before !== undefined) errors.push(forbidden("spec.resources", "pod-level resources cannot be removed"));
    return next;
  }
  for (const kind of ["requests", "limits"] as const)
    if (lacks(now[kind], before?.[kind]))
      errors.push(forbidden(`spec.resources.${kind}`, `pod-level resource ${kind} cannot be removed`));
  const restored = restoreCompute(now, before);
  const isAsBefore = Object.keys(restored).length === 0 && before === undefined;
  if (!isAsBefore && !sameValue(restored, before))
    errors.push(forbidden("spec", "only cpu and memory resources are mutable at pod-level"));
  return { ...next, spec: isAsBefore ? rest : { ...rest, resources: restored } };
}

/** Kubernetes compares no claims of the new container with those of the old one: what has claims cannot be resized. */
function withOldCompute(container: Container, old: Container): Container {
  const { claims: _, ...resources } = restoreCompute(container.resources, old.resources);
  return { ...container, resources };
}

/** The new requirements with the old CPU and memory, in their old notation. */
function restoreCompute(now: ResourceRequirements = {}, before: ResourceRequirements = {}): ResourceRequirements {
  const restored = (kind: "limits" | "requests"): ResourceList | undefined => {
    const old = before[kind] ?? {};
    const { cpu: _cpu, memory: _memory, ...list }: ResourceList = now[kind] ?? {};
    for (const name of ["cpu", "memory"]) if (old[name] !== undefined) list[name] = old[name];
    if (before[kind] !== undefined && sameAmounts(list, old)) return before[kind];
    return Object.keys(list).length === 0 ? undefined : list;
  };
  const amounts = { limits: restored("limits"), requests: restored("requests"), claims: now.claims };
  return Object.fromEntries(Object.entries(amounts).filter(([, value]) => value !== undefined));
}

const sameAmounts = (left: ResourceList, right: ResourceList) =>
  !lacks(left, right) &&
  !lacks(right, left) &&
  Object.keys(left).every((name) => compareQuantities(left[name], right[name]) === 0);
