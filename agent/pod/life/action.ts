import type { PodContainer } from "../../pod-spec/containers.ts";
import type { ProbeKind } from "../../probes/probe-outcome.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";

/** What is to be done next for a pod. */
export type Action =
  | { readonly do: "create-sandbox"; readonly attempt: number }
  /** Stops a sandbox that is no longer ready, so that a new one can be created. */
  | { readonly do: "stop-sandbox"; readonly id: string }
  | {
      readonly do: "start-container";
      readonly target: PodContainer;
      readonly sandboxId: string;
      readonly restartCount: number;
      /** When the previous container ended; the back-off continues from there. */
      readonly endedAt?: number;
    }
  | { readonly do: "back-off"; readonly target: PodContainer; readonly message: string }
  | {
      readonly do: "kill-container";
      readonly target: PodContainer;
      readonly observed: ContainerObservation;
      readonly because: ProbeKind | "definition" | "unknown";
      readonly message: string;
    }
  /** Removes all containers; the next plan starts them from the first on. */
  | { readonly do: "restart-all" }
  /** No container is left to run, or the pod must go: stop everything and never start anything again. */
  | { readonly do: "end-pod" };

export interface PodPlan {
  readonly actions: readonly Action[];
  /** Plan again at this time (ms), even if nothing has changed. */
  readonly wakeAt?: number;
}
