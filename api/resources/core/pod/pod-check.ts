/** What the checks of a pod's parts share: where errors go, and lookups in the pod. */
import type { PodSpec, Volume } from "../../../generated/core.v1.ts";
import type { FieldError } from "../../../machinery/field-error.ts";

export interface PodOptions {
  /** A Pod itself, not a template: some newer rules only apply to pods. */
  readonly isPod?: boolean;
  /** The restart policies that the owner of a template allows; default: all. */
  readonly restartPolicies?: readonly string[];
  /** On an update, what it replaces: some policies that it has may stay and change. */
  readonly old?: PodSpec | undefined;
  /** The pod's name, for the names of its ephemeral volumes' claims. */
  readonly podName?: string | undefined;
}

export interface PodCheck {
  readonly spec: PodSpec;
  readonly options: PodOptions;
  readonly errors: FieldError[];
  /** By name; only valid volumes. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claims: ReadonlySet<string>;
  /** The same for messages, sorted. */
  readonly claimNames: string;
}

export const MAX_INT32 = 2147483647;
export const NOT_NEGATIVE = "must be greater than or equal to 0";
export const WINDOWS_ONLY = "cannot be set for a windows pod";
