export interface ProbeOutcome {
  readonly ok: boolean;
  /** The probe could not be carried out; it has no result. */
  readonly errored?: boolean;
  /** It succeeded in a way that its author may not have intended. */
  readonly warning?: boolean;
  readonly output: string;
}

export type ProbeKind = "startup" | "readiness" | "liveness";

export interface ProbeResults {
  readonly startup?: "success" | "failure";
  readonly readiness?: "success" | "failure";
  readonly liveness?: "success" | "failure";
}
