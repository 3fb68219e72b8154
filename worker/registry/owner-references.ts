import { deepEqual } from "../../api/machinery/deep-equal.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

/** Owners are a set: entries that stand again are dropped, and the client is told (apiserver/pkg/endpoints/handlers). */
export function dropRepeatedOwners({ metadata }: KubeObject, warnings: string[]): void {
  const owners = metadata.ownerReferences;
  if (!owners || owners.length < 2) return;
  const repeated = new Set<string>();
  const kept = owners.filter((owner, i) => {
    const isFirst = owners.findIndex((other) => other.uid === owner.uid && deepEqual(other, owner)) === i;
    if (!isFirst) repeated.add(owner.uid);
    return isFirst;
  });
  if (repeated.size === 0) return;
  metadata.ownerReferences = kept;
  warnings.push(
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject " +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(", ")}`,
  );
}
