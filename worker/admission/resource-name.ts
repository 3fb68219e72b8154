/** Upstream's plugins fetch objects over HTTP, and client-go refuses names that cannot be part of a path. */
import { goQuote } from "../../api/machinery/field-error.ts";
import { pathSegmentName } from "../../api/machinery/names.ts";

export function resourceNameProblem(name: string): string | undefined {
  if (name === "") return "resource name may not be empty";
  const problems = pathSegmentName(name);
  return problems.length === 0 ? undefined : `invalid resource name ${goQuote(name)}: [${problems.join(" ")}]`;
}
