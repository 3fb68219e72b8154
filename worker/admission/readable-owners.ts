import type { ManagedFieldsEntry } from "../../api/generated/meta.v1.ts";
import { ownersProblem } from "../../api/machinery/apply/owner.ts";
import type { AdmissionRequest } from "./plugin.ts";

/**
 * If a webhook or policy made the managedFields of an object unreadable, restores the previous ones and warns the
 * client (apiserver pkg/endpoints/handlers/fieldmanager/admission.go).
 */
export function restoreManagedFields(
  { object, context }: Pick<AdmissionRequest, "object" | "context">,
  before: ManagedFieldsEntry[] | undefined,
): void {
  const after = object?.metadata.managedFields;
  if (!object || !after || after === before) return;
  const problem = ownersProblem(after);
  if (problem === undefined) return;
  if (before) object.metadata.managedFields = before;
  else delete object.metadata.managedFields;
  context.warnings.push(
    ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating " +
      `admission controller; please fix your requests: ${problem}`,
  );
}
