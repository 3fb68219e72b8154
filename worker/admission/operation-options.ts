import type { AdmissionRequest } from "./plugin.ts";

const KINDS = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions" } as const;

/**
 * The options of the operation, named as in metav1. A patch has those of the create or update that it amounts to.
 * Connections have none.
 */
export function operationOptions({ operation, context, dryRun, options: said }: AdmissionRequest): object | null {
  if (operation === "CONNECT") return null;
  const named = { kind: KINDS[operation], apiVersion: "meta.k8s.io/v1" };
  if (operation === "DELETE") return { ...said, ...named, ...(dryRun ? { dryRun: ["All"] } : {}) };
  const options: Record<string, unknown> = { ...named, ...(dryRun ? { dryRun: ["All"] } : {}) };
  for (const name of ["fieldManager", "fieldValidation"]) {
    const value = context.query.get(name);
    if (value) options[name] = value;
  }
  return options;
}
