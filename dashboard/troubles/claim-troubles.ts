import type { PersistentVolumeClaim } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { WarningOf } from "./pod-troubles.ts";
import type { Trouble } from "./trouble.ts";

/** A claim that waits for its first pod is not in trouble. */
export const claimTroubles = (claims: Iterable<Stored<PersistentVolumeClaim>>, warningOf: WarningOf): Trouble[] =>
  [...claims].flatMap((claim): Trouble[] => {
    const { uid, namespace = "", name, creationTimestamp: since } = claim.metadata;
    const base = { uid, apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, since, tone: "bad" as const };
    const { phase } = claim.status;
    if (phase === "Lost") return [{ ...base, state: "Lost", why: LOST, detail: "" }];
    if (phase !== "Pending") return [];
    const detail = warningOf(uid)?.message ?? "";
    const why = adviceOn(claim.spec.storageClassName ?? "", detail);
    return why === undefined ? [] : [{ ...base, state: "Pending", why, detail }];
  });

const LOST = "Its volume is gone: restore the data into a new claim, or delete it.";

function adviceOn(storageClass: string, warning: string): string | undefined {
  if (/storageclass.*not found/.test(warning))
    return `The storage class ${storageClass} does not exist: create it, or name another one.`;
  if (warning !== "") return `The storage class ${storageClass} cannot provide its volume: mend what it reports below.`;
  return storageClass === ""
    ? "No volume fits it and it names no storage class: create a volume, or name a class."
    : undefined;
}
