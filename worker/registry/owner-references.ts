import type { KubeObject } from "../../api/machinery/meta.ts";

/** Owners are a set by uid: later entries of an owner are dropped, and the client is told (apiserver/pkg/endpoints/handlers). */
export function dropRepeatedOwners({ metadata }: KubeObject, warnings: string[]): void {
  const owners = metadata.ownerReferences;
  if (!owners || owners.length < 2) return;
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const kept = owners.filter(({ uid }) => {
    if (!seen.has(uid)) return seen.add(uid);
    repeated.add(uid);
    return false;
  });
  if (repeated.size === 0) return;
  metadata.ownerReferences = kept;
  warnings.push(
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject " +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(", ")}`,
  );
}
