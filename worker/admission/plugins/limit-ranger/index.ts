/** LimitRanger: defaults and bounds for what pods and claims of a namespace may request. */
import type { LimitRange, PersistentVolumeClaim, Pod } from "../../../../api/generated/core.v1.ts";
import type { PolicySnapshot } from "../../../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { claimProblems, podProblems } from "./checks.ts";
import { applyDefaults } from "./defaults.ts";

/** After creation, a pod's resources change only through `resize`. */
function subjectOf({ operation, subresource, context: { served }, object }: AdmissionRequest) {
  if (served.group !== "" || object?.metadata.deletionTimestamp !== undefined) return undefined;
  if (served.resource.plural === "pods") {
    const sized = operation === "CREATE" ? subresource === "" : operation === "UPDATE" && subresource === "resize";
    return sized ? "pod" : undefined;
  }
  const written = (operation === "CREATE" || operation === "UPDATE") && subresource === "";
  return written && served.resource.plural === "persistentvolumeclaims" ? "claim" : undefined;
}

function byNamespace(policy: PolicySnapshot): ReadonlyMap<string, readonly LimitRange[]> {
  return Map.groupBy(policy.list<LimitRange>("limitranges"), ({ metadata }) => metadata.namespace ?? "");
}

const rangesOf = ({ context, namespace }: AdmissionRequest) => context.policy.derive(byNamespace).get(namespace) ?? [];

export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  handles: (request) => subjectOf(request) !== undefined && rangesOf(request).length > 0,
  mutate(request) {
    if (subjectOf(request) !== "pod") return;
    for (const range of rangesOf(request)) applyDefaults(request.object as Pod, range);
  },
  validate(request) {
    const { object } = request;
    for (const range of rangesOf(request)) {
      const problems =
        subjectOf(request) === "pod"
          ? podProblems(object as Pod, range)
          : claimProblems(object as PersistentVolumeClaim, range);
      if (problems.length === 0) continue;
      const distinct = [...new Set(problems)];
      const why = distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
      throw refusal(request, why);
    }
  },
};
