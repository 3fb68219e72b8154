/** Custom objects accept any finalizer; one that may clash with others' causes a warning when it is added. */
import { goQuote } from "../../../api/machinery/field-error.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { qualifiedName } from "../../../api/machinery/names.ts";

const STANDARD: readonly string[] = ["orphan", "foregroundDeletion", "kubernetes"];
const PREFER = "prefer a domain-qualified finalizer name";
const AVOID = "to avoid accidental conflicts with other finalizer writers";

export function finalizerWarnings({ metadata }: KubeObject, old?: KubeObject): string[] {
  const before = old?.metadata.finalizers ?? [];
  const added = new Set(metadata.finalizers?.filter((name) => !before.includes(name)));
  return [...added].sort().flatMap((name) => {
    const problems = [...qualifiedName(name)];
    if (!name.includes("/") && !STANDARD.includes(name))
      problems.push(name.includes(".") ? `${PREFER} including a path (/) ${AVOID}` : `${PREFER} ${AVOID}`);
    return problems.map((problem) => `metadata.finalizers: ${goQuote(name)}: ${problem}`);
  });
}
