import type { OwnerReference } from "../../api/generated/meta.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

const FIELDS = [
  "apiVersion",
  "kind",
  "name",
  "uid",
  "controller",
  "blockOwnerDeletion",
] satisfies (keyof OwnerReference)[];

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
  const seen = new Set<string>();
  const repeated: string[] = [];
  const kept = owners.filter((owner) => {
    const text = JSON.stringify(owner, FIELDS);
    const isFirst = !seen.has(text);
    if (isFirst) seen.add(text);
    else repeated.push(owner.uid);
    return isFirst;
  });
  if (repeated.length === 0) return;
  metadata.ownerReferences = kept;
  warnings.push(
    `.metadata.ownerReferences contains duplicate entries${at === "sent" ? "" : " after mutating admission happens"}; ` +
      "API server dedups owner references in 1.20+, and may reject " +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(", ")}`,
  );
}
