/** Priority: a pod's priority comes from its class, and from nowhere else (plugin/pkg/admission/priority). */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { PriorityClass } from "../../../api/generated/scheduling.v1.ts";
import { SYSTEM_CLASSES } from "../../../api/resources/scheduling/priority-class.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { isPodCreation, isPodUpdate } from "./pod-requests.ts";

const CLASSES = "priorityclasses.scheduling.k8s.io";
const COMPUTED_FROM = "priority admission controller computed";

export const priority: AdmissionPlugin = {
  name: "Priority",
  handles: (request) =>
    isPodCreation(request) || isPodUpdate(request) || isClassWrite(request) || isSystemsEnd(request),
  mutate(request) {
    if (isPodCreation(request)) prioritize(request);
    else if (isPodUpdate(request)) retainPriority(request);
  },
  validate(request) {
    if (isClassWrite(request)) requireOneDefault(request);
    if (isSystemsEnd(request)) throw refusal(request, "this is a system priority class and cannot be deleted");
  },
};

/** Only deletion by name: Kubernetes lets a DELETE of the whole collection remove them. */
const isSystemsEnd = ({ operation, name, context: { served, path } }: AdmissionRequest) =>
  operation === "DELETE" &&
  served.resource.plural === "priorityclasses" &&
  SYSTEM_CLASSES.includes(name) &&
  path.name !== "";

const isClassWrite = ({ operation, context: { served } }: AdmissionRequest) =>
  (operation === "CREATE" || operation === "UPDATE") &&
  served.resource.group === "scheduling.k8s.io" &&
  served.resource.plural === "priorityclasses";

/** An update by a client that does not know priorities leaves the pod's unchanged. */
function retainPriority(request: AdmissionRequest): void {
  const { spec } = request.object as Pod;
  const { spec: old } = request.old as Pod;
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

function requireOneDefault(request: AdmissionRequest): void {
  const { globalDefault, metadata } = request.object as PriorityClass;
  const known = globalDefault ? request.context.policy.derive(globalDefaultClass) : undefined;
  if (!known || (request.operation === "UPDATE" && known.metadata.name === metadata.name)) return;
  const why = `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`;
  throw refusal(request, why);
}

function prioritize(request: AdmissionRequest): void {
  const { spec } = request.object as Pod;
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
  const named = policy.get<PriorityClass>(CLASSES, "", name);
  if (!named) throw refusal(request, `no PriorityClass with name ${name} was found`);
  return foundIn(named);
}

function globalDefault(policy: PolicySnapshot): Found {
  const known = policy.derive(globalDefaultClass);
  return known ? foundIn(known) : NEUTRAL;
}

/** Of several global defaults the lowest wins, as in Kubernetes. */
function globalDefaultClass(policy: PolicySnapshot): PriorityClass | undefined {
  const defaults = policy.list<PriorityClass>(CLASSES).filter((candidate) => candidate.globalDefault);
  return defaults.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

const foundIn = ({ metadata, value, preemptionPolicy }: PriorityClass): Found => ({
  name: metadata.name ?? "",
  value: value ?? 0,
  preemptionPolicy: preemptionPolicy ?? NEUTRAL.preemptionPolicy,
});
