import type {
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Toleration,
} from "../../../../generated/core.v1.ts";
import { sameValue, sortedMap } from "../../../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, required } from "../../../../machinery/field-error.ts";
import { rangeProblem } from "../../../../machinery/names.ts";
import { goStruct } from "../../../../schema/go-struct.ts";
import { goDiff } from "../../../go-diff.ts";
import { APP_ARMOR, MIRROR, validatePodAnnotations } from "../annotations.ts";
import { validateImagePadding } from "../containers/containers.ts";
import { validateTolerations } from "../placement/tolerations.ts";
import { MAX_INT32 } from "../pod-check.ts";

const CHANGEABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

/**
 * Only these few fields of a pod's spec can change; the scheduling constraints of a gated pod may also be tightened.
 */
export function validatePodUpdate(next: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  validateAnnotationUpdate(next, old, errors);
  for (const list of ["containers", "initContainers"] as const)
    if (!validateImages(next.spec[list], old.spec[list], { path: `spec.${list}`, errors })) return errors;
  if (!validateDeadline(next.spec, old.spec, errors)) return errors;
  validateTolerationUpdate(next.spec.tolerations, old.spec.tolerations, errors);
  const lastGate = new Map(next.spec.schedulingGates?.map(({ name }, i) => [name, i]));
  const oldGates = new Set(old.spec.schedulingGates?.map(({ name }) => name));
  next.spec.schedulingGates?.forEach(({ name }, i) => {
    if (lastGate.get(name) === i && !oldGates.has(name))
      errors.push(
        forbidden(
          `spec.schedulingGates[${i}].name`,
          `only deletion is allowed, but found new scheduling gate '${name}'`,
        ),
      );
  });
  if (sameValue(next.spec, old.spec)) return errors;
  const compared = withoutChangeable(next.spec, old.spec, errors);
  if (!sameValue(compared, old.spec))
    errors.push(
      forbidden(
        "spec",
        `pod updates may not change fields other than ${CHANGEABLE}\n${goDiff("core.v1.PodSpec", old.spec, compared)}`,
      ),
    );
  return errors;
}

/** Ends with the rules for a new pod's annotations, which a change of the spec has already gone through. */
export function validateAnnotationUpdate(
  { metadata: next, spec }: Pod,
  { metadata: old }: Pod,
  errors: FieldError[],
): void {
  const [after = {}, before = {}] = [next.annotations, old.annotations];
  const warn = (key: string, verb: string) => {
    const path = `metadata.annotations[${key}]`;
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(path, `may not ${verb} AppArmor annotations`));
    if (key === MIRROR) errors.push(forbidden(path, `may not ${verb} mirror pod annotation`));
  };
  for (const key in before) if (after[key] !== before[key]) warn(key, "remove or update");
  for (const key in after) if (!(key in before)) warn(key, "add");
  validatePodAnnotations(after, spec, { path: "metadata.annotations", errors });
}

/** Returns whether the lists can be compared further. */
function validateImages(
  next: readonly Container[] = [],
  old: readonly Container[] = [],
  { path, errors }: { path: string; errors: FieldError[] },
): boolean {
  if (next.length !== old.length) {
    errors.push(forbidden(path, "pod updates may not add or remove containers"));
    return false;
  }
  next.forEach((container, i) => {
    if (!container.image) errors.push(required(`${path}[${i}].image`));
    validateImagePadding(container, `${path}[${i}]`, errors);
  });
  return true;
}

/** A deadline may be set, and shortened. */
function validateDeadline(next: PodSpec, old: PodSpec, errors: FieldError[]): boolean {
  const path = "spec.activeDeadlineSeconds";
  const [after, before] = [next.activeDeadlineSeconds, old.activeDeadlineSeconds];
  if (after === undefined) {
    if (before !== undefined) errors.push(invalid(path, null, "must not update from a positive integer to nil value"));
    return true;
  }
  if (after < 0 || after > MAX_INT32) errors.push(invalid(path, after, rangeProblem(0, MAX_INT32)));
  else if (before !== undefined && before < after)
    errors.push(invalid(path, after, "must be less than or equal to previous value"));
  else return true;
  return false;
}

function validateTolerationUpdate(
  next: readonly Toleration[] = [],
  old: readonly Toleration[] = [],
  errors: FieldError[],
) {
  const withoutSeconds = ({ key = "", operator = "", value = "", effect = "" }: Toleration) =>
    JSON.stringify([key, operator, value, effect]);
  const kept = new Set(next.map(withoutSeconds));
  if (old.every((toleration) => kept.has(withoutSeconds(toleration))))
    validateTolerations(next, "spec.tolerations", errors);
  else
    errors.push(forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
}

/** The new spec with the old values of mutable fields, to detect other changes. */
function withoutChangeable(next: PodSpec, old: PodSpec, errors: FieldError[]): PodSpec {
  const spec = { ...next };
  for (const list of ["containers", "initContainers"] as const) {
    const own = spec[list];
    if (own) spec[list] = own.map((container, i) => restored(container, old[list]?.[i] ?? container, "image"));
  }
  const fields: (keyof PodSpec)[] = ["activeDeadlineSeconds", "schedulingGates", "tolerations"];
  const grace = old.terminationGracePeriodSeconds;
  if (grace !== undefined && grace < 0 && next.terminationGracePeriodSeconds === 1)
    fields.push("terminationGracePeriodSeconds");
  let compared = fields.reduce((current, field) => restored(current, old, field), spec);
  if (!old.schedulingGates?.length) return compared;
  validateNodeSelectorUpdate(next, old, errors);
  compared = restored(compared, old, "nodeSelector");
  return withOldNodeAffinity(compared, old, errors);
}

/** `value` with one field as in `from`, or without it if it is absent there. */
function restored<T extends object>(value: T, from: T, field: keyof T): T {
  const copy = { ...value };
  if (from[field] === undefined) delete copy[field];
  else copy[field] = from[field];
  return copy;
}

function validateNodeSelectorUpdate(
  { nodeSelector: next }: PodSpec,
  { nodeSelector: old = {} }: PodSpec,
  errors: FieldError[],
) {
  const rule = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  if (Object.keys(old).some((key) => next?.[key] !== old[key]))
    errors.push(invalid("spec.nodeSelector", sortedMap(next) ?? null, rule));
}

function withOldNodeAffinity(next: PodSpec, old: PodSpec, errors: FieldError[]): PodSpec {
  const [after, before] = [next.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (sameValue(after, before)) return next;
  validateNodeAffinityUpdate(after, before, errors);
  if (!before && !old.affinity && !next.affinity?.podAffinity && !next.affinity?.podAntiAffinity)
    return restored(next, old, "affinity");
  const { nodeAffinity: _, ...rest } = next.affinity ?? {};
  return { ...next, affinity: { ...rest, ...(before ? { nodeAffinity: before } : {}) } };
}

function validateNodeAffinityUpdate(
  next: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  errors: FieldError[],
) {
  const before = old?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (before.length === 0) return;
  const terms = next?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const after = terms ?? [];
  const path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  if (after.length !== before.length)
    errors.push(
      invalid(
        path,
        terms?.map(printedTerm) ?? null,
        "no additions/deletions to non-empty NodeSelectorTerms list are allowed",
      ),
    );
  else
    before.forEach((term, i) => {
      if (!onlyAdds(after[i] ?? {}, term))
        errors.push(
          invalid(`${path}[${i}]`, printedTerm(after[i]), "only additions are allowed (no mutations or deletions)"),
        );
    });
}

const printedTerm = (term: NodeSelectorTerm | undefined) => goStruct("core.v1.NodeSelectorTerm", term ?? {});

function onlyAdds(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const extendsOld = (list: "matchExpressions" | "matchFields") =>
    sameValue(next[list]?.slice(0, old[list]?.length ?? 0) ?? [], old[list] ?? []);
  const wasEmpty = !old.matchExpressions?.length && !old.matchFields?.length;
  const isEmpty = !next.matchExpressions?.length && !next.matchFields?.length;
  return wasEmpty ? isEmpty : extendsOld("matchExpressions") && extendsOld("matchFields");
}
