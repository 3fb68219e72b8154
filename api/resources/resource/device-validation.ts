/** pkg/apis/resource/validation: a device of a ResourceSlice. */
import type { Device, DeviceAttribute, DeviceCounterConsumption, DeviceTaint } from "../../generated/resource.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { type FieldError, forbidden, invalid, notSupported, required, tooLong } from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { dnsSubdomain, labelValue } from "../../machinery/names.ts";
import { validateNodeSelector } from "../core/node-selector.ts";
import { checkBindingConditions } from "./binding-conditions-validation.ts";
import { checkList, checkMap, checkSet } from "./bounded-lists.ts";
import { checkCapacityPolicy } from "./capacity-policy-validation.ts";
import { checkLabel, checkQualifiedName, MAX_QUALIFIED_NAME } from "./device-names.ts";

const MAX_ATTRIBUTES = 32;
const MAX_VALUE = 64;
const MAX_TAINTS = 16;
const MAX_CONSUMPTIONS = 2;
const MAX_COUNTERS = 32;
const MAX_LABEL = 63;

export function checkDevice(
  errors: FieldError[],
  path: string,
  device: Device,
  perDeviceNodeSelection: boolean | undefined,
): void {
  const { name = "", attributes = {}, capacity = {}, taints, consumesCounters } = device;
  checkLabel(errors, `${path}.name`, name);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES)
    errors.push(
      invalid(path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`),
    );
  const keys = {
    max: Number.POSITIVE_INFINITY,
    maxKey: MAX_QUALIFIED_NAME,
    checkKey: (key: string, at: string) => checkQualifiedName(errors, at, key),
  };
  checkMap(errors, `${path}.attributes`, attributes, {
    ...keys,
    check: (attribute, at) => checkAttribute(errors, at, attribute),
  });
  checkMap(errors, `${path}.capacity`, capacity, {
    ...keys,
    check: ({ value, requestPolicy }, at) => {
      if (!requestPolicy) return;
      if (device.allowMultipleAllocations)
        checkCapacityPolicy(errors, `${at}.requestPolicy`, value ?? "0", requestPolicy);
      else errors.push(forbidden(`${at}.requestPolicy`, "allowMultipleAllocations must be true"));
    },
  });
  checkList(errors, `${path}.taints`, taints, { max: MAX_TAINTS, check: (taint, at) => checkTaint(errors, at, taint) });
  checkSet(errors, `${path}.consumesCounters`, consumesCounters, {
    max: MAX_CONSUMPTIONS,
    check: (consumption, at) => checkConsumption(errors, at, consumption),
    keyOf: ({ counterSet = "" }) => counterSet,
  });
  if (perDeviceNodeSelection) checkNodes(errors, path, device);
  else if (device.nodeName !== undefined || device.nodeSelector || device.allNodes !== undefined)
    errors.push(
      invalid(
        path,
        null,
        "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
      ),
    );
  checkBindingConditions(errors, path, device);
}

const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function checkAttribute(errors: FieldError[], path: string, attribute: DeviceAttribute): void {
  const { string, version, int, bool } = attribute;
  if (string !== undefined && utf8Length(string) > MAX_VALUE) errors.push(tooLong(`${path}.string`, MAX_VALUE));
  if (version !== undefined && !SEMANTIC_VERSION.test(version))
    errors.push(invalid(`${path}.version`, version, "must be a string compatible with semver.org spec 2.0.0"));
  if (version !== undefined && utf8Length(version) > MAX_VALUE) errors.push(tooLong(`${path}.version`, MAX_VALUE));
  const count = [string, version, int, bool].filter((value) => value !== undefined).length;
  if (count === 1) return;
  // Kubernetes prints its internal type here, whose fields have no JSON names.
  const printed = {
    IntValue: int ?? null,
    BoolValue: bool ?? null,
    StringValue: string ?? null,
    VersionValue: version ?? null,
    IntValues: null,
    BoolValues: null,
    StringValues: null,
    VersionValues: null,
  };
  errors.push(invalid(path, count === 0 ? "" : printed, "exactly one value must be specified"));
}

const EFFECTS = ["NoExecute", "NoSchedule", "None"];

function checkTaint(errors: FieldError[], path: string, { key = "", value = "", effect = "" }: DeviceTaint): void {
  errors.push(...validateLabelName(key, `${path}.key`));
  for (const problem of labelValue(value)) errors.push(invalid(`${path}.value`, value, problem));
  if (effect === "") errors.push(required(`${path}.effect`));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
}

function checkConsumption(errors: FieldError[], path: string, consumption: DeviceCounterConsumption): void {
  const { counterSet = "", counters } = consumption;
  if (counterSet === "") errors.push(required(`${path}.counterSet`));
  else checkLabel(errors, `${path}.counterSet`, counterSet);
  checkCounters(errors, `${path}.counters`, counters);
}

/** Any amount is valid; only the names are checked. */
export function checkCounters(
  errors: FieldError[],
  path: string,
  counters: Readonly<Record<string, unknown>> = {},
): void {
  if (Object.keys(counters).length === 0) errors.push(required(path));
  checkMap(errors, path, counters, {
    max: MAX_COUNTERS,
    maxKey: MAX_LABEL,
    checkKey: (key, at) => checkLabel(errors, at, key),
    check: () => {},
  });
}

function checkNodes(errors: FieldError[], path: string, { nodeName, nodeSelector, allNodes }: Device): void {
  const set: string[] = [];
  if (nodeName === "") errors.push(invalid(`${path}.nodeName`, nodeName, "must not be empty"));
  else if (nodeName !== undefined) {
    set.push("`nodeName`");
    for (const problem of dnsSubdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, problem));
  }
  if (nodeSelector) {
    set.push("`nodeSelector`");
    validateNodeSelector(nodeSelector, `${path}.nodeSelector`, errors);
  }
  if (allNodes) set.push("`allNodes`");
  else if (allNodes === false) errors.push(invalid(`${path}.allNodes`, false, "must be either unset or set to true"));
  const rule =
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
  if (set.length === 0) errors.push(required(path, rule));
  else if (set.length > 1) errors.push(invalid(path, `{${set.join(", ")}}`, rule));
}
