/** LimitRanger: defaults and bounds for what pods and claims of a namespace may request. */
import type { LimitRange } from "../../../../api/generated/core.v1.ts";
import type { PolicySnapshot } from "../../../policy/snapshot.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { defineResourcePlugin } from "../../resource-plugin.ts";
import { claimProblems, podProblems } from "./checks.ts";
import { applyDefaults } from "./defaults.ts";

function byNamespace(policy: PolicySnapshot): ReadonlyMap<string, readonly LimitRange[]> {
  return Map.groupBy(policy.list("limitranges"), ({ metadata }) => metadata.namespace ?? "");
}

const rangesOf = ({ context, namespace }: AdmissionRequest) => context.policy.derive(byNamespace).get(namespace) ?? [];

const isLimited = (request: AdmissionRequest): boolean =>
  request.object?.metadata.deletionTimestamp === undefined && rangesOf(request).length > 0;

function refuse(request: AdmissionRequest, problemsBy: (range: LimitRange) => readonly string[]): void {
  for (const range of rangesOf(request)) {
    const [first, ...others] = new Set(problemsBy(range));
    if (first === undefined) continue;
    throw refusal(request, others.length === 0 ? first : `[${[first, ...others].join(", ")}]`);
  }
}

export const podLimits = defineResourcePlugin({
  name: "LimitRanger",
  resources: ["pods"],
  /** After creation, a pod's resources change only through `resize`. */
  handles: ["CREATE", "UPDATE resize"],
  when: isLimited,
  mutate(request) {
    for (const range of rangesOf(request)) applyDefaults(request.object, range);
  },
  validate: (request) => refuse(request, (range) => podProblems(request.object, range)),
});

export const claimLimits = defineResourcePlugin({
  name: "LimitRanger",
  resources: ["persistentvolumeclaims"],
  handles: ["CREATE", "UPDATE"],
  when: isLimited,
  validate: (request) => refuse(request, (range) => claimProblems(request.object, range)),
});
