/** Whether an update changes what the Pod Security Standards look at: images, containers, seccomp annotations. */
import type { Pod } from "../../../api/generated/core.v1.ts";

const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

export function isSignificant(next: Pod, old: Pod): boolean {
  const changed = (annotation: string) =>
    next.metadata.annotations?.[annotation] !== old.metadata.annotations?.[annotation];
  if (changed(SECCOMP_POD)) return true;
  for (const list of ["containers", "initContainers"] as const) {
    const [after, before] = [next.spec[list] ?? [], old.spec[list] ?? []];
    if (after.length !== before.length) return true;
    if (after.some(({ name, image }, i) => image !== before[i]?.image || changed(`${SECCOMP_CONTAINER}${name}`))) {
      return true;
    }
  }
  return (next.spec.ephemeralContainers ?? []).some(({ name, image }) => {
    const before = old.spec.ephemeralContainers?.find((container) => container.name === name);
    return before?.image !== image || changed(`${SECCOMP_CONTAINER}${name}`);
  });
}
