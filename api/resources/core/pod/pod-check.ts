/** What the checks of a pod's parts share: where errors go, and what of the pod they look up. */
import type { PodSpec, Volume } from "../../../generated/core.v1.ts";
import type { FieldError } from "../../../machinery/field-error.ts";

export interface PodOptions {
  /** A Pod itself, not a template: some rules that came late hold for pods only. */
  readonly isPod?: boolean;
  /** What the owner of a template takes as restart policies; default: all. */
  readonly restartPolicies?: readonly string[];
  /** The name of a pod, which the claims of its ephemeral volumes carry. */
  readonly podName?: string | undefined;
}

export interface PodCheck {
  readonly spec: PodSpec;
  readonly options: PodOptions;
  readonly errors: FieldError[];
  /** By name; only volumes that are right themselves. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claims: ReadonlySet<string>;
}

export const MAX_INT32 = 2147483647;
export const NOT_NEGATIVE = "must be greater than or equal to 0";
export const WINDOWS_ONLY = "cannot be set for a windows pod";
