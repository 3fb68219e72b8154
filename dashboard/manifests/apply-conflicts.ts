/** From whom a server-side apply would take fields (409 with causes FieldManagerConflict). */
import type { Status } from "../../api/generated/meta.v1.ts";

export interface FieldConflict {
  /** `.spec.replicas` */
  readonly field: string;
  /** `kubectl`, and its operation if known. */
  readonly manager: string;
}

export const conflictsOf = ({ details }: Status): FieldConflict[] =>
  (details?.causes ?? [])
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ field = "", message = "" }) => ({ field, manager: managerIn(message) }));

/** `conflict with "kubectl-client-side-apply" using apps/v1` */
const managerIn = (message: string) => /conflict with "([^"]*)"/.exec(message)?.[1] ?? message;
