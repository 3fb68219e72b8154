/** Priority: a pod's priority comes from its class, and from nowhere else (plugin/pkg/admission/priority). */
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type { PriorityClass } from "../../../api/generated/scheduling.v1.ts";
import { SYSTEM_CLASSES } from "../../../api/resources/scheduling/priority-class.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const CLASSES = "priorityclasses.scheduling.k8s.io";
const COMPUTED_FROM = "priority admission controller computed";

export const podPriority = defineResourcePlugin({
  name: "Priority",
  resources: ["pods"],
  handles: ["CREATE", "UPDATE"],
  mutate(request) {
    if (request.operation === "CREATE") prioritize(request, request.object.spec);
    else retainPriority(request.object.spec, request.old.spec);
  },
});

export const priorityClasses = defineResourcePlugin({
  name: "Priority",
  resources: [CLASSES],
  handles: ["CREATE", "UPDATE", "DELETE"],
  validate(request) {
    if (request.operation !== "DELETE") requireOneDefault(request, request.object);
    // Only deletion by name: Kubernetes lets a DELETE of the whole collection remove them.
    else if (SYSTEM_CLASSES.includes(request.name))
      throw refusal(request, "this is a system priority class and cannot be deleted");
  },
});

/** An update by a client that does not know priorities leaves the pod's unchanged. */
function retainPriority(spec: PodSpec, old: PodSpec): void {
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

function requireOneDefault(request: AdmissionRequest, { globalDefault, metadata }: PriorityClass): void {
  const known = globalDefault ? request.context.policy.derive(globalDefaultClass) : undefined;
  if (!known || (request.operation === "UPDATE" && known.metadata.name === metadata.name)) return;
  const why = `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`;
  throw refusal(request, why);
}

function prioritize(request: AdmissionRequest, spec: PodSpec): void {
  const found = classOf(request, spec.priorityClassName ?? "");
  if (found.name !== "") spec.priorityClassName = found.name;
  const { value, preemptionPolicy } = found;
  if (spec.priority !== undefined && spec.priority !== value) {
    const given = `the integer value of priority (${spec.priority}) must not be provided in pod spec`;
    throw refusal(request, `${given}; ${COMPUTED_FROM} ${value} from the given PriorityClass name`);
  }
  spec.priority = value;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const given = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec`;
    throw refusal(request, `${given}; ${COMPUTED_FROM} ${preemptionPolicy} from the given PriorityClass name`);
  }
  spec.preemptionPolicy = preemptionPolicy;
}

interface Found {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string;
}

const NEUTRAL: Found = { name: "", value: 0, preemptionPolicy: "PreemptLowerPriority" };

function classOf(request: AdmissionRequest, name: string): Found {
  const { policy } = request.context;
  if (name === "") return policy.derive(globalDefault);
  const named = policy.get(CLASSES, "", name);
  if (!named) throw refusal(request, `no PriorityClass with name ${name} was found`);
  return foundIn(named);
}

function globalDefault(policy: PolicySnapshot): Found {
  const known = policy.derive(globalDefaultClass);
  return known ? foundIn(known) : NEUTRAL;
}

/** Of several global defaults the lowest wins, as in Kubernetes. */
function globalDefaultClass(policy: PolicySnapshot): PriorityClass | undefined {
  const defaults = policy.list(CLASSES).filter((candidate) => candidate.globalDefault);
  return defaults.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

const foundIn = ({ metadata, value, preemptionPolicy }: PriorityClass): Found => ({
  name: metadata.name ?? "",
  value: value ?? 0,
  preemptionPolicy: preemptionPolicy ?? NEUTRAL.preemptionPolicy,
});
