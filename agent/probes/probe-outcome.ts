export interface ProbeOutcome {
  readonly ok: boolean;
  /** The probe could not be carried out; it has no result. */
  readonly errored?: boolean;
  /** It succeeded in a way that its author may not have intended. */
  readonly warning?: boolean;
  readonly output: string;
}
