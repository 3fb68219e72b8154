/** pkg/apis/resource/validation: ResourceSlice. */
import type { CounterSet, ResourceSlice, ResourceSliceSpec } from "../../generated/resource.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { dnsSubdomain } from "../../machinery/names.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { validateNodeSelector } from "../core/node-selector.ts";
import { checkDriverName } from "../storage/driver-name.ts";
import { checkSet } from "./bounded-lists.ts";
import { checkLabel, checkPoolName } from "./device-names.ts";
import { checkCounters, checkDevice } from "./device-validation.ts";

const MAX_DEVICES = 128;
/** The limit for devices with additional properties. */
const MAX_RICH_DEVICES = 64;
const MAX_COUNTER_SETS = 8;

export const validateNewSlice = ({ spec }: ResourceSlice): FieldError[] => validateSlice(spec);

export const validateSliceUpdate = ({ spec }: ResourceSlice, { spec: old }: ResourceSlice): FieldError[] =>
  validateSlice(spec, old);

function validateSlice(spec: ResourceSliceSpec, old?: ResourceSliceSpec): FieldError[] {
  const errors: FieldError[] = [];
  checkDriverName(errors, "spec.driver", spec.driver ?? "");
  checkPool(errors, "spec.pool", spec.pool);
  if (old) {
    checkImmutable(errors, "spec.pool.name", spec.pool.name, old.pool.name);
    checkImmutable(errors, "spec.driver", spec.driver, old.driver);
    checkImmutable(errors, "spec.nodeName", spec.nodeName, old.nodeName);
  }
  checkNodes(errors, spec);
  const { devices, sharedCounters, perDeviceNodeSelection } = spec;
  if (devices && sharedCounters)
    errors.push(invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed"));
  const isRich = devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  checkSet(errors, "spec.devices", devices, {
    max: isRich ? MAX_RICH_DEVICES : MAX_DEVICES,
    check: (device, path) => checkDevice(errors, path, device, perDeviceNodeSelection),
    keyOf: ({ name = "" }) => name,
  });
  checkSet(errors, "spec.sharedCounters", sharedCounters, {
    max: MAX_COUNTER_SETS,
    check: (counterSet, path) => checkCounterSet(errors, path, counterSet),
    keyOf: ({ name = "" }) => name,
  });
  return errors;
}

function checkPool(errors: FieldError[], path: string, pool: ResourceSliceSpec["pool"] | undefined): void {
  const { name = "", generation = 0, resourceSliceCount = 0 } = pool ?? {};
  checkPoolName(errors, `${path}.name`, name);
  if (resourceSliceCount <= 0)
    errors.push(invalid(`${path}.resourceSliceCount`, resourceSliceCount, "must be greater than zero"));
  if (generation < 0) errors.push(invalid(`${path}.generation`, generation, "must be greater than or equal to zero"));
}

/** Where the devices are: specified in one of four ways. */
function checkNodes(errors: FieldError[], spec: ResourceSliceSpec): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const set: string[] = [];
  if (nodeName === "")
    errors.push(invalid("spec.nodeName", nodeName, "must be either unset or set to a non-empty string"));
  else if (nodeName !== undefined) {
    set.push("`nodeName`");
    for (const problem of dnsSubdomain(nodeName)) errors.push(invalid("spec.nodeName", nodeName, problem));
  }
  if (nodeSelector) {
    set.push("`nodeSelector`");
    validateNodeSelector(nodeSelector, "spec.nodeSelector", errors);
    const { nodeSelectorTerms: terms = [] } = nodeSelector;
    if (terms.length !== 1)
      errors.push(
        invalid(
          "spec.nodeSelector.nodeSelectorTerms",
          terms.length === 0
            ? nodeSelector.nodeSelectorTerms
            : terms.map((term) => goStruct("core.v1.NodeSelectorTerm", term)),
          "must have exactly one node selector term",
        ),
      );
  }
  for (const [field, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value) set.push(`\`${field}\``);
    else if (value === false) errors.push(invalid(`spec.${field}`, false, "must be either unset or set to true"));
  }
  const exactlyOne = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (set.length === 0) errors.push(required("spec", exactlyOne));
  else if (set.length > 1)
    errors.push(invalid("spec", `{${set.join(", ")}}`, `${exactlyOne}, but multiple fields are set`));
}

function checkCounterSet(errors: FieldError[], path: string, { name = "", counters }: CounterSet): void {
  if (name === "") errors.push(required(`${path}.name`));
  else checkLabel(errors, `${path}.name`, name);
  checkCounters(errors, `${path}.counters`, counters);
}
