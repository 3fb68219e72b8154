/** Whether what is mounted below a read-only mount is read-only too (`recursiveReadOnly`): as asked for, and as the runtime can. */
import type { VolumeMount } from "../../../api/generated/core.v1.ts";
import { NO_FEATURES, type RuntimeFeatures } from "../../runtime/runtime-features.ts";
import { ConfigError } from "./env/env.ts";

export const canMountRecursiveReadOnly = ({ handlers }: RuntimeFeatures = NO_FEATURES, handler: string): boolean =>
  handlers.get(handler)?.recursiveReadOnlyMounts === true;

/** Fails with {@link ConfigError} where it must be, and cannot. */
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

/** How it is shown of a mount that is read-only. */
export const shownRecursiveReadOnly = ({ recursiveReadOnly }: VolumeMount, isPossible: boolean): string =>
  isPossible && (recursiveReadOnly === "Enabled" || recursiveReadOnly === "IfPossible") ? "Enabled" : "Disabled";
