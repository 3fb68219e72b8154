/** Whether an update changes anything that the Pod Security Standards check: the set of containers, or their images. */
import type { Pod } from "../../../../api/generated/core.v1.ts";

export function isSignificant(next: Pod, old: Pod): boolean {
  for (const list of ["containers", "initContainers"] as const) {
    const [after, before] = [next.spec[list] ?? [], old.spec[list] ?? []];
    if (after.length !== before.length || after.some(({ image }, i) => image !== before[i]?.image)) return true;
  }
  return (next.spec.ephemeralContainers ?? []).some(
    ({ name, image }) => old.spec.ephemeralContainers?.find((container) => container.name === name)?.image !== image,
  );
}
