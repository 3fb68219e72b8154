import type { PriorityClass } from "../../generated/scheduling.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, notSupported, required } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";

const HIGHEST_OF_USERS = 1_000_000_000;

const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];

/** The control plane's own classes, the only ones whose names may have the system prefix. */
const SYSTEM: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

export const SYSTEM_CLASSES: readonly string[] = Object.keys(SYSTEM);

export const priorityClass = defineResource<PriorityClass>({
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  scope: "Cluster",
  updateChecks: ["metaChanges", "changes"],
  shortNames: ["pc"],
  generation: true,
  defaults: (draft) => {
    draft.preemptionPolicy ??= "PreemptLowerPriority";
  },
  validate: validatePriorityClass,
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    if (next.value !== old.value) errors.push(forbidden("value", "may not be changed in an update."));
    checkImmutable(errors, "preemptionPolicy", next.preemptionPolicy, old.preemptionPolicy);
    return errors;
  },
  columns: [
    {
      name: "Value",
      type: "integer",
      description: { field: "scheduling.v1.PriorityClass.value" },
      of: ({ value }) => value ?? 0,
    },
    {
      name: "Global-Default",
      type: "boolean",
      description: { field: "scheduling.v1.PriorityClass.globalDefault" },
      of: ({ globalDefault }) => globalDefault ?? false,
    },
    ageColumn,
    {
      name: "PreemptionPolicy",
      type: "string",
      description: { field: "scheduling.v1.PriorityClass.preemptionPolicy" },
      of: ({ preemptionPolicy }) => preemptionPolicy ?? "",
    },
  ],
  age: false,
});

function validatePriorityClass(priorityClass: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, value = 0, preemptionPolicy } = priorityClass;
  const { name = "" } = metadata;
  if (name.startsWith("system-")) {
    const problem = systemProblem(priorityClass);
    if (problem)
      errors.push(
        forbidden(
          "metadata.name",
          `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`,
        ),
      );
  } else if (value > HIGHEST_OF_USERS)
    errors.push(forbidden("value", `maximum allowed value of a user defined priority is ${HIGHEST_OF_USERS}`));
  if (preemptionPolicy === "") errors.push(required("preemptionPolicy"));
  else if (preemptionPolicy !== undefined && !PREEMPTION_POLICIES.includes(preemptionPolicy))
    errors.push(notSupported("preemptionPolicy", preemptionPolicy, PREEMPTION_POLICIES));
  return errors;
}

function systemProblem({
  metadata: { name = "" },
  value = 0,
  globalDefault = false,
}: PriorityClass): string | undefined {
  const known = SYSTEM[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
