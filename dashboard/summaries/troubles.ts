/** What is wrong, worst first. */

import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ObjectName } from "../api/kind.ts";
import type { PodSummary } from "./pod-summary.ts";
import { daemonSetRollout, deploymentRollout, type Rollout, statefulSetRollout } from "./rollout.ts";

export interface Trouble extends ObjectName {
  readonly uid: string;
  readonly kind: "Node" | "Deployment" | "StatefulSet" | "DaemonSet" | "Pod";
  readonly tone: "bad" | "warn";
  readonly state: string;
  readonly why: string;
  /** RFC 3339. */
  readonly since: string;
  /** For a pod, the uid of its owner. */
  readonly owner?: string | undefined;
}

/** Pods of one owner with the same problem are grouped. */
export const sortOfTrouble = ({ uid, owner = uid, state, why }: Trouble): string => [owner, state, why].join("\n");

/** A pod may take this long to start before it is reported. */
const STARTING_MS = 60_000;

export const isNodeReady = ({ status }: Stored<Node>): boolean =>
  status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

export function nodeTroubles(nodes: Iterable<Stored<Node>>): Trouble[] {
  return [...nodes].flatMap((node): Trouble[] => {
    const { uid, name, creationTimestamp } = node.metadata;
    const base = { uid, kind: "Node" as const, namespace: "", name };
    const ready = node.status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True") {
      const why = ready?.message || "It has not reported yet.";
      return [{ ...base, tone: "bad", state: "NotReady", why, since: ready?.lastTransitionTime ?? creationTimestamp }];
    }
    const pressed = node.status.conditions?.find(({ type, status }) => type !== "Ready" && status === "True");
    if (pressed) {
      const since = pressed.lastTransitionTime ?? creationTimestamp;
      return [{ ...base, tone: "bad", state: pressed.type ?? "", why: pressed.message ?? "", since }];
    }
    if (node.spec.unschedulable) {
      return [{ ...base, tone: "warn", state: "Cordoned", why: "It takes no new pods.", since: creationTimestamp }];
    }
    return [];
  });
}

export function podTroubles(pods: Iterable<PodSummary>, now: number): Trouble[] {
  return [...pods].flatMap((pod): Trouble[] => {
    const { uid, namespace, name, state, created: since, restarts, owners } = pod;
    const base = { uid, kind: "Pod" as const, namespace, name, state, since, owner: owners[0] };
    if (pod.finished && state !== "Succeeded" && state !== "Completed") {
      return [{ ...base, tone: "bad", why: pod.why || "It ended with a failure." }];
    }
    if (pod.finished || pod.ready) return [];
    if (/BackOff|Err|Fail|Invalid|OOM|ExitCode/.test(state)) {
      const restarted = restarts > 0 ? `Restarted ${restarts === 1 ? "once" : `${restarts} times`}.` : "";
      return [{ ...base, tone: "bad", why: `${pod.why} ${restarted}`.trim() || "A container cannot start." }];
    }
    if (pod.unschedulable !== "") return [{ ...base, tone: "bad", state: "Unschedulable", why: pod.unschedulable }];
    if (now - Date.parse(since) < STARTING_MS) return [];
    const why = pod.node === "" ? "No node has been found for it." : "Not ready for more than a minute.";
    return [{ ...base, tone: "warn", why }];
  });
}

export const deploymentTroubles = (deployments: Iterable<Stored<Deployment>>): Trouble[] =>
  rolloutTroubles("Deployment", deployments, deploymentRollout);

export const statefulSetTroubles = (sets: Iterable<Stored<StatefulSet>>): Trouble[] =>
  rolloutTroubles("StatefulSet", sets, statefulSetRollout);

export const daemonSetTroubles = (sets: Iterable<Stored<DaemonSet>>): Trouble[] =>
  rolloutTroubles("DaemonSet", sets, daemonSetRollout);

function rolloutTroubles<O extends Stored<KubeObject>>(
  kind: Trouble["kind"],
  workloads: Iterable<O>,
  rolloutOf: (workload: O) => Rollout,
): Trouble[] {
  return [...workloads].flatMap((workload): Trouble[] => {
    const { uid, namespace = "", name, creationTimestamp: since } = workload.metadata;
    const { tone, message } = rolloutOf(workload);
    if (tone !== "bad" && tone !== "warn") return [];
    return [
      { uid, kind, namespace, name, tone, state: tone === "bad" ? "Failed" : "Progressing", why: message, since },
    ];
  });
}

const RANK = { Node: 0, Deployment: 1, StatefulSet: 1, DaemonSet: 1, Pod: 2 };

export const worstFirst = (a: Trouble, b: Trouble): number =>
  Number(b.tone === "bad") - Number(a.tone === "bad") || RANK[a.kind] - RANK[b.kind] || b.since.localeCompare(a.since);
