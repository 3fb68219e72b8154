import type { CSINode, CSINodeDriver } from "../../generated/storage.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkNonNegative, sameValue } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { isImplicitEmptyList } from "../../schema/implicit-empty-list.ts";
import { defineResource } from "../resource.ts";
import { checkDriverName } from "./driver-name.ts";

const MAX_NODE_ID = 256;

export const csiNode = defineResource<CSINode>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSINode",
  plural: "csinodes",
  scope: "Cluster",
  updateChecks: ["meta", "whole", "changes"],
  deleteReturnsObject: true,
  allowUnconditionalUpdate: false,
  validate: ({ spec }) => {
    const errors: FieldError[] = [];
    const drivers = spec.drivers ?? [];
    const again = repeated(drivers.map(({ name }) => name));
    drivers.forEach((driver, i) => {
      const path = `spec.drivers[${i}]`;
      checkDriver(errors, path, driver);
      if (again.has(i)) errors.push(duplicate(`${path}.name`, driver.name));
      checkTopology(errors, path, driver);
    });
    return errors;
  },
  validateUpdate: ({ spec }, old) => {
    const errors: FieldError[] = [];
    // Only the volume limit of a registered driver may be added later.
    for (const before of old.spec.drivers ?? [])
      for (const driver of spec.drivers ?? [])
        if (driver.name === before.name && !sameValue(fixed(driver), fixed(before)))
          errors.push(invalid("spec.drivers", printed(driver), "field is immutable"));
    return errors;
  },
  columns: [
    {
      name: "Drivers",
      type: "integer",
      description: "Drivers indicates the number of CSI drivers registered on the node",
      of: ({ spec }) => spec.drivers?.length ?? 0,
    },
  ],
});

const fixed = ({ name, nodeID, topologyKeys }: CSINodeDriver) => ({ name, nodeID, topologyKeys });

/** Kubernetes prints its internal type here, whose fields have no JSON names, without what may change. */
const printed = ({ name, nodeID, topologyKeys }: CSINodeDriver) => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: isImplicitEmptyList(topologyKeys) ? null : topologyKeys,
  Allocatable: null,
});

function checkDriver(errors: FieldError[], path: string, driver: CSINodeDriver): void {
  const { name = "", nodeID = "", allocatable } = driver;
  checkDriverName(errors, `${path}.name`, name);
  if (nodeID === "") errors.push(required(`${path}.nodeID`));
  else if (utf8Length(nodeID) > MAX_NODE_ID)
    errors.push(invalid(`${path}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`));
  checkNonNegative(errors, `${path}.allocatable.count`, allocatable?.count);
}

function checkTopology(errors: FieldError[], path: string, { topologyKeys = [] }: CSINodeDriver): void {
  const again = repeated(topologyKeys);
  topologyKeys.forEach((key, i) => {
    if (key === "") errors.push(required(path));
    if (again.has(i)) errors.push(duplicate(path, key));
    for (const problem of qualifiedName(key)) errors.push(invalid(path, key, problem));
  });
}
