/** The places of volumes that are mounted within another one. */
import { mkdirSync } from "node:fs";
import { join, posix } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import { allContainersOf } from "../pod-spec/containers.ts";

/**
 * Makes them in a volume that containers cannot write to, as the kubelet does: the container runtime cannot.
 * `directory` is the volume's.
 */
export function makeNestedPlaces(directory: string, pod: Pod, volume: string): void {
  for (const place of nestedPlaces(pod, volume)) mkdirSync(join(directory, place), { recursive: true, mode: 0o755 });
}

/** Relative to the volume. */
function nestedPlaces(pod: Pod, volume: string): string[] {
  return allContainersOf(pod).flatMap(({ container: { volumeMounts = [] } }) => {
    const bases = volumeMounts.filter(({ name, subPath, subPathExpr }) => name === volume && !(subPath || subPathExpr));
    return bases.flatMap((base) =>
      // A part of a volume may be a file, whose place is no directory.
      volumeMounts
        .filter(({ subPath, subPathExpr }) => !(subPath || subPathExpr))
        .map(({ mountPath }) => posix.relative(posix.join("/", base.mountPath), posix.join("/", mountPath)))
        .filter((place) => place !== "" && !place.startsWith("..")),
    );
  });
}
