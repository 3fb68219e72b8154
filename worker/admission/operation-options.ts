import { booleanOption } from "../http/options.ts";
import type { AdmissionRequest } from "./plugin.ts";

const KINDS: Readonly<Record<string, string>> = { POST: "CreateOptions", PUT: "UpdateOptions", PATCH: "PatchOptions" };

/** The options of the request, as metav1 names them: an apply that creates has those of a patch. */
export function operationOptions({ operation, context, dryRun }: AdmissionRequest): object {
  const { query, request } = context;
  const kind = operation === "DELETE" ? "DeleteOptions" : KINDS[request.method];
  if (kind === undefined || operation === "CONNECT") return {};
  const options: Record<string, unknown> = { kind, apiVersion: "meta.k8s.io/v1" };
  if (dryRun) options.dryRun = ["All"];
  if (kind === "DeleteOptions") return options;
  if (kind === "PatchOptions" && query.get("force") !== null) options.force = booleanOption(query, "force");
  for (const name of ["fieldManager", "fieldValidation"]) {
    const value = query.get(name);
    if (value) options[name] = value;
  }
  return options;
}
