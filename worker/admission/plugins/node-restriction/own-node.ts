/** A node writes only its own Node object, without the fields that others decide by. */
import type { Node } from "../../../../api/generated/core.v1.ts";
import { sameValue } from "../../../../api/machinery/field-checks.ts";
import { goQuote } from "../../../../api/machinery/field-error.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { forbiddenLabels } from "./node-labels.ts";

export function checkNode(node: string, request: AdmissionRequest): void {
  const next = request.object as Node | undefined;
  const old = request.old as Node | undefined;
  const labels = next?.metadata.labels ?? {};
  if (request.name !== node) {
    throw refusal(request, `node ${goQuote(node)} is not allowed to modify node ${goQuote(request.name)}`);
  }
  if (request.operation === "CREATE") {
    const forbidden = forbiddenLabels(labels, {});
    if (forbidden.length > 0) {
      throw refusal(
        request,
        `node ${goQuote(node)} is not allowed to set the following labels: ${forbidden.join(", ")}`,
      );
    }
  }
  if (request.operation !== "UPDATE" || !next || !old) return;
  if (!sameValue(next.spec.taints ?? [], old.spec.taints ?? [])) {
    throw refusal(request, `node ${goQuote(node)} is not allowed to modify taints`);
  }
  // With an owner that does not exist, the garbage collector would delete the Node.
  if (!sameValue(next.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) {
    throw refusal(request, `node ${goQuote(node)} is not allowed to modify ownerReferences`);
  }
  const forbidden = forbiddenLabels(labels, old.metadata.labels ?? {});
  if (forbidden.length > 0) throw refusal(request, `is not allowed to modify labels: ${forbidden.join(", ")}`);
}
