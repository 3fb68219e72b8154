/** What is observed of a pod's containers, and what is planned then. */

import { planPod } from "../../../agent/pod/life/plan.ts";
import type { PodLocal } from "../../../agent/pod/local.ts";
import type { ContainerObservation, Observation } from "../../../agent/runtime/observation.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { observed } from "./observed-container.ts";
import { settledLocal } from "./settled-pod.ts";

export const NOW = 1_000_000;

export const sandbox = {
  id: "s",
  pod: { namespace: "default", name: "p", uid: "u" },
  attempt: 0,
  ready: true,
  createdAt: 0,
  ips: [],
  labels: {},
  annotations: {},
};

export const container = (name: string, change: Partial<ContainerObservation> = {}) =>
  observed({ id: `x://${name}`, name, createdAt: 0, startedAt: 0, image: "", imageRef: "", ...change });
export const exited = (name: string, exitCode: number, finishedAt = NOW) =>
  container(name, { state: "exited", exitCode, finishedAt });

/** The plan in short: `start c#1`, `kill c`, … */
export function plannedFor(
  pod: Pod,
  containers: readonly ContainerObservation[],
  change: Partial<PodLocal> = {},
): string[] {
  const observation: Observation = { sandboxes: [sandbox], containers };
  return planPod({ pod, observation, local: settledLocal(change), now: NOW }).actions.map((action) => {
    switch (action.do) {
      case "start-container":
        return `start ${action.target.container.name}#${action.restartCount}`;
      case "kill-container":
        return `kill ${action.target.container.name}: ${action.message}`;
      case "back-off":
        return action.message;
      default:
        return action.do;
    }
  });
}

export const init = (...names: string[]) => names.map((name) => ({ name }));
export const sidecar = (name: string) => ({ name, restartPolicy: "Always" });
