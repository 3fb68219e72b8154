export interface ProbeOutcome {
  readonly ok: boolean;
  /** The probe could not be made; it counts as no result. */
  readonly errored?: boolean;
  /** It succeeded in a way that its owner may not have meant. */
  readonly warning?: boolean;
  readonly output: string;
}
