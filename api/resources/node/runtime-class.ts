import type { Toleration } from "../../generated/core.v1.ts";
import type { RuntimeClass } from "../../generated/node.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { validateLabels } from "../../machinery/labels-validation.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { DEPRECATED_NODE_LABELS } from "../core/deprecated-node-labels.ts";
import { validateTolerations } from "../core/pod/placement/tolerations.ts";
import { validateContainerLimits } from "../core/pod/resources/resources.ts";
import { defineResource } from "../resource.ts";

export const runtimeClass = defineResource<RuntimeClass>({
  group: "node.k8s.io",
  version: "v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  scope: "Cluster",
  anyFinalizer: true,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validate: validateRuntimeClass,
  warnings: ({ scheduling }) =>
    Object.keys(scheduling?.nodeSelector ?? {}).flatMap((label) => {
      const text = ownMember(DEPRECATED_NODE_LABELS, label);
      return text ? [`scheduling.nodeSelector: ${text}`] : [];
    }),
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "handler", next.handler, old.handler);
    return errors;
  },
  columns: [{ name: "Handler", type: "string", description: "", of: ({ handler }) => handler }],
});

function validateRuntimeClass({ handler = "", overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  if (handler === "") errors.push(required("handler"));
  else for (const problem of dnsLabel(handler)) errors.push(invalid("handler", handler, problem));
  // Kubernetes validates the overhead like a container's limits, and words errors accordingly.
  if (overhead?.podFixed) validateContainerLimits(overhead.podFixed, "overhead", errors);
  errors.push(...validateLabels(scheduling?.nodeSelector, "scheduling.nodeSelector"));
  const tolerations = scheduling?.tolerations ?? [];
  validateTolerations(tolerations, "scheduling.tolerations", errors);
  const printed = tolerations.map(printedToleration);
  const again = repeated(printed.map((toleration) => JSON.stringify(toleration)));
  printed.forEach((toleration, i) => {
    if (again.has(i)) errors.push(duplicate(`scheduling.tolerations[${i}]`, toleration));
  });
  return errors;
}

/** Kubernetes prints its internal type here, whose fields have no JSON names. */
const printedToleration = ({ key = "", operator = "", value = "", effect = "", tolerationSeconds }: Toleration) => ({
  Key: key,
  Operator: operator,
  Value: value,
  Effect: effect,
  TolerationSeconds: tolerationSeconds ?? null,
});
