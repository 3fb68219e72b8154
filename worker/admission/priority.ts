/** Priority: a pod's priority is what its class says, and nothing else (plugin/pkg/admission/priority). */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { PriorityClass } from "../../api/generated/scheduling.v1.ts";
import { forbidden } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { isPodCreation } from "./pod-creation.ts";

const CLASSES = "priorityclasses.scheduling.k8s.io";
const COMPUTED_FROM = "priority admission controller computed";

export const priority: AdmissionPlugin = {
  name: "Priority",
  handles: isPodCreation,
  mutate(request) {
    const { spec } = request.object as unknown as Pod;
    const found = classOf(request, spec.priorityClassName ?? "");
    if (found.name !== "") spec.priorityClassName = found.name;
    const { value, preemptionPolicy } = found;
    if (spec.priority !== undefined && spec.priority !== value) {
      const given = `the integer value of priority (${spec.priority}) must not be provided in pod spec`;
      throw refuse(request, `${given}; ${COMPUTED_FROM} ${value} from the given PriorityClass name`);
    }
    spec.priority = value;
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
      const given = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec`;
      throw refuse(request, `${given}; ${COMPUTED_FROM} ${preemptionPolicy} from the given PriorityClass name`);
    }
    spec.preemptionPolicy = preemptionPolicy;
  },
};

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
  if (!named) throw refuse(request, `no PriorityClass with name ${name} was found`);
  return foundIn(named);
}

/** Of several defaults the least counts, as in Kubernetes. */
function globalDefault(policy: PolicySnapshot): Found {
  const defaults = policy.list<PriorityClass>(CLASSES).filter((candidate) => candidate.globalDefault);
  const [least] = defaults.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0));
  return least ? foundIn(least) : NEUTRAL;
}

const foundIn = ({ metadata, value, preemptionPolicy }: PriorityClass): Found => ({
  name: metadata.name ?? "",
  value: value ?? 0,
  preemptionPolicy: preemptionPolicy ?? NEUTRAL.preemptionPolicy,
});

const refuse = ({ name }: AdmissionRequest, why: string) =>
  new ApiError(forbidden({ group: "", resource: "pods" }, name, why));
