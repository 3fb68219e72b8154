import type { CSIStorageCapacity } from "../../generated/storage.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { dnsSubdomain } from "../../machinery/names.ts";
import { canonicalQuantity, signOfQuantity } from "../../machinery/quantity.ts";
import { DEPRECATED_NODE_LABELS, nodeTermWarnings } from "../core/pod/warnings.ts";
import { defineResource } from "../resource.ts";

export const csiStorageCapacity = defineResource<CSIStorageCapacity>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  scope: "Namespaced",
  deleteAnswersObject: true,
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
      const text = DEPRECATED_NODE_LABELS[label];
      return text ? [`nodeTopology.matchLabels.${label}: ${text}`] : [];
    }),
  ],
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "nodeTopology", next.nodeTopology, old.nodeTopology);
    checkImmutable(errors, "storageClassName", next.storageClassName, old.storageClassName);
    return errors;
  },
  columns: [
    {
      name: "StorageClassName",
      type: "string",
      description: { field: "storage.v1.CSIStorageCapacity.storageClassName" },
      of: ({ storageClassName }) => storageClassName,
    },
    {
      name: "Capacity",
      type: "string",
      description: { field: "storage.v1.CSIStorageCapacity.capacity" },
      of: ({ capacity }) => (capacity === undefined ? "<unset>" : canonicalQuantity(capacity)),
    },
  ],
  age: false,
});
