import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

/**
 * Owners are a set: duplicates are dropped, with a warning (apiserver/pkg/endpoints/handlers). Checked for what was
 * sent, and again when `admitted`; for patches only then, since the patch itself is not the object.
 */
export function dropRepeatedOwners(
  { metadata }: KubeObject,
  warnings: string[],
  at: "sent" | "admitted" = "sent",
): void {
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
    `.metadata.ownerReferences contains duplicate entries${at === "sent" ? "" : " after mutating admission happens"}; ` +
      "API server dedups owner references in 1.20+, and may reject " +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(", ")}`,
  );
}
