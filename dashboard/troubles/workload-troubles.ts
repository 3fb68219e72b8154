import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { daemonSetRollout, deploymentRollout, type Rollout, statefulSetRollout } from "../summaries/rollout.ts";
import type { WarningOf } from "./pod-troubles.ts";
import { refusalAdvice } from "./refusal-advice.ts";
import { SETTLING_MS, type Trouble } from "./trouble.ts";

/** The state of a workload whose pods the API server refuses. */
export const REFUSED = "Pods refused";

interface WorkloadTroublesOptions {
  readonly now: number;
  readonly warningOf: WarningOf;
}

export const deploymentTroubles = (deployments: Iterable<Stored<Deployment>>, { now }: { readonly now: number }) =>
  [...deployments].flatMap((deployment): Trouble[] => {
    const condition = (type: string) => deployment.status.conditions?.find((each) => each.type === type);
    const refused = condition("ReplicaFailure");
    if (refused?.status === "True") return [refusal("Deployment", deployment, refused.message ?? "")];
    const { lastUpdateTime, lastTransitionTime } = condition("Progressing") ?? {};
    const since = lastUpdateTime ?? lastTransitionTime ?? deployment.metadata.creationTimestamp;
    return incompleteTroubles("Deployment", deployment, { rollout: deploymentRollout(deployment), since, now });
  });

export const statefulSetTroubles = (sets: Iterable<Stored<StatefulSet>>, options: WorkloadTroublesOptions): Trouble[] =>
  [...sets].flatMap((set) => setTroubles("StatefulSet", set, { ...options, rollout: statefulSetRollout(set) }));

export const daemonSetTroubles = (sets: Iterable<Stored<DaemonSet>>, options: WorkloadTroublesOptions): Trouble[] =>
  [...sets].flatMap((set) => setTroubles("DaemonSet", set, { ...options, rollout: daemonSetRollout(set) }));

/** Only events say that a set's pods are refused. */
function setTroubles(
  kind: string,
  set: Stored<KubeObject>,
  { now, warningOf, rollout }: WorkloadTroublesOptions & { readonly rollout: Rollout },
): Trouble[] {
  const found = incompleteTroubles(kind, set, { rollout, since: set.metadata.creationTimestamp, now });
  const warning = warningOf(set.metadata.uid);
  const refused = found.length > 0 && warning?.reason === "FailedCreate";
  return refused ? [refusal(kind, set, warning.message)] : found;
}

const baseOf = (kind: string, { metadata }: Stored<KubeObject>) => ({
  uid: metadata.uid,
  apiVersion: "apps/v1",
  kind,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  since: metadata.creationTimestamp,
});

const refusal = (kind: string, workload: Stored<KubeObject>, detail: string): Trouble => ({
  ...baseOf(kind, workload),
  tone: "bad",
  state: REFUSED,
  why: refusalAdvice(detail),
  detail,
});

interface IncompleteOptions {
  readonly rollout: Rollout;
  /** When it last got on. */
  readonly since: string;
  readonly now: number;
}

function incompleteTroubles(
  kind: string,
  workload: Stored<KubeObject>,
  { rollout, since, now }: IncompleteOptions,
): Trouble[] {
  const { tone, message } = rollout;
  const base = { ...baseOf(kind, workload), detail: "" };
  if (tone === "bad") return [{ ...base, tone, state: "Failed", why: `${message} Look at its newest pods.` }];
  if (tone !== "warn") return [];
  const paused = (workload as Deployment).spec.paused === true;
  if (paused) return [{ ...base, tone, state: "Paused", why: `${message} Resume it to go on.` }];
  return now - Date.parse(since) > SETTLING_MS
    ? [{ ...base, tone, state: "Progressing", why: `${message} Look at its pods.` }]
    : [];
}
