/**
 * Whether mounts below a read-only mount are read-only as well (`recursiveReadOnly`): as requested, and as supported by
 * the runtime.
 */
import type { VolumeMount } from "../../../api/generated/core.v1.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import { NO_FEATURES, type RuntimeFeatures } from "../../runtime/runtime-features.ts";

export const canMountRecursiveReadOnly = ({ handlers }: RuntimeFeatures = NO_FEATURES, handler: string): boolean =>
  handlers.get(handler)?.recursiveReadOnlyMounts === true;

/** Fails with {@link ConfigError} if it is required but not supported. */
export function resolveRecursiveReadOnly({ name, recursiveReadOnly }: VolumeMount, isPossible: boolean): boolean {
  switch (recursiveReadOnly) {
    case "Enabled":
      if (isPossible) return true;
      throw new ConfigError(
        `failed to resolve recursive read-only mode: volume "${name}" requested recursive read-only mode, but it is not supported by the runtime`,
      );
    case "IfPossible":
      return isPossible;
    default:
      return false;
  }
}

/** How the status of a read-only mount shows it. */
export const reportedRecursiveReadOnly = ({ recursiveReadOnly }: VolumeMount, isPossible: boolean): string =>
  isPossible && (recursiveReadOnly === "Enabled" || recursiveReadOnly === "IfPossible") ? "Enabled" : "Disabled";
