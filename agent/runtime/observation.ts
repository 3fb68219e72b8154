/** What a runtime is running. Times are milliseconds since the epoch; 0 means "not yet". */
import type { PodIdentity } from "./sandbox.ts";

export interface SandboxObservation {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAt: number;
  /** Empty for pods on the machine's network, and for sandboxes that are not ready. */
  readonly ips: readonly string[];
  /** The runtime handler; "" is the default. */
  readonly handler?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerObservation {
  /** With the runtime's scheme: `containerd://…`, `process://…`. */
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: "created" | "running" | "exited" | "unknown";
  readonly image: string;
  readonly imageRef: string;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, … as in CRI runtimes. */
  readonly reason: string;
  readonly message: string;
  /** The absolute path of the log file. */
  readonly logPath: string;
  /** The user of its main process, if the runtime reports it. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Observation {
  /** Newest first. */
  readonly sandboxes: readonly SandboxObservation[];
  /** Newest first. */
  readonly containers: readonly ContainerObservation[];
}

type Attempt = Pick<SandboxObservation, "attempt" | "createdAt">;

/**
 * Of a pod's sandboxes, or of containers of one name. The later attempt is the newer: a machine without a battery for
 * its clock starts in the past, and what was created before it went off would look newer until the clock is set.
 */
export const newestFirst = (a: Attempt, b: Attempt): number => b.attempt - a.attempt || b.createdAt - a.createdAt;
