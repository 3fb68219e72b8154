import type { CSIStorageCapacity } from "../../generated/storage.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { checkImmutableSelector, validateLabelSelector } from "../../machinery/labels-validation.ts";
import { dnsSubdomain } from "../../machinery/names.ts";
import { canonicalQuantity, signOfQuantity } from "../../machinery/quantity.ts";
import { DEPRECATED_NODE_LABELS, nodeTermWarnings } from "../core/deprecated-node-labels.ts";
import { defineResource } from "../resource.ts";
import { createdAtColumn } from "../time-columns.ts";

export const csiStorageCapacity = defineResource<CSIStorageCapacity>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  scope: "Namespaced",
  allowUnconditionalUpdate: false,
  validate: ({ storageClassName = "", nodeTopology, capacity }) => {
    const errors = validateLabelSelector(nodeTopology, "nodeTopology");
    for (const problem of dnsSubdomain(storageClassName))
      errors.push(invalid("storageClassName", storageClassName, problem));
    if (capacity !== undefined && signOfQuantity(capacity) < 0)
      errors.push(invalid("capacity", canonicalQuantity(capacity), "must be greater than or equal to 0"));
    return errors;
  },
  warnings: ({ nodeTopology: { matchExpressions = [], matchLabels = {} } = {} }) => [
    ...nodeTermWarnings({ matchExpressions }, "nodeTopology"),
    ...Object.keys(matchLabels).flatMap((label) => {
      const text = ownMember(DEPRECATED_NODE_LABELS, label);
      return text ? [`nodeTopology.matchLabels.${label}: ${text}`] : [];
    }),
  ],
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutableSelector(errors, "nodeTopology", { next: next.nodeTopology, old: old.nodeTopology });
    checkImmutable(errors, "storageClassName", next.storageClassName, old.storageClassName);
    return errors;
  },
  columns: [createdAtColumn],
  age: false,
});
