/** pkg/apis/resource/validation: ResourceSlice. */
import type { Device, DeviceAttribute, ResourceSlice } from "../../generated/resource.v1.ts";
import { duplicate, type FieldError, invalid, required, tooLong, tooMany } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../machinery/names.ts";
import { utf8Length } from "../../machinery/utf8.ts";
import { checkQualifiedName } from "./device-names.ts";
import { checkDriver } from "./selectors-validation.ts";

const MAX_POOL_NAME = 253;
const MAX_DEVICES = 128;
const MAX_ATTRIBUTES = 32;
const MAX_VALUE = 64;

export function validateResourceSlice({ spec }: ResourceSlice): FieldError[] {
  const errors: FieldError[] = [];
  checkDriver(errors, "spec.driver", spec.driver ?? "");
  checkPool(errors, "spec.pool", spec.pool);
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection, devices = [] } = spec;
  const set = [
    nodeName !== undefined && "`nodeName`",
    nodeSelector !== undefined && "`nodeSelector`",
    allNodes === true && "`allNodes`",
    perDeviceNodeSelection === true && "`perDeviceNodeSelection`",
  ].filter((name) => name !== false);
  const exactlyOne = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (nodeName === "")
    errors.push(invalid("spec.nodeName", nodeName, "must be either unset or set to a non-empty string"));
  else if (nodeName !== undefined)
    for (const problem of dnsSubdomain(nodeName)) errors.push(invalid("spec.nodeName", nodeName, problem));
  if (allNodes === false) errors.push(invalid("spec.allNodes", false, "must be either unset or set to true"));
  if (perDeviceNodeSelection === false)
    errors.push(invalid("spec.perDeviceNodeSelection", false, "must be either unset or set to true"));
  if (set.length === 0) errors.push(required("spec", exactlyOne));
  else if (set.length > 1)
    errors.push(invalid("spec", `{${set.join(", ")}}`, `${exactlyOne}, but multiple fields are set`));
  if (devices.length > MAX_DEVICES) errors.push(tooMany("spec.devices", devices.length, MAX_DEVICES));
  devices.forEach((device, i) => {
    checkDevice(errors, `spec.devices[${i}]`, device);
    if (devices.findIndex(({ name }) => name === device.name) < i)
      errors.push(duplicate(`spec.devices[${i}].name`, device.name));
  });
  return errors;
}

function checkPool(errors: FieldError[], path: string, pool: ResourceSlice["spec"]["pool"] | undefined): void {
  const { name = "", generation = 0, resourceSliceCount = 0 } = pool ?? {};
  if (name === "") errors.push(required(`${path}.name`));
  else {
    if (utf8Length(name) > MAX_POOL_NAME) errors.push(tooLong(`${path}.name`, MAX_POOL_NAME));
    for (const part of name.split("/"))
      for (const problem of dnsSubdomain(part)) errors.push(invalid(`${path}.name`, part, problem));
  }
  if (resourceSliceCount <= 0)
    errors.push(invalid(`${path}.resourceSliceCount`, resourceSliceCount, "must be greater than zero"));
  if (generation < 0) errors.push(invalid(`${path}.generation`, generation, "must be greater than or equal to zero"));
}

function checkDevice(errors: FieldError[], path: string, device: Device): void {
  const { name = "", attributes = {}, capacity = {} } = device;
  if (name === "") errors.push(required(`${path}.name`));
  else for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.name`, name, problem));
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES)
    errors.push(
      invalid(path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`),
    );
  for (const [key, attribute] of Object.entries(attributes)) {
    checkQualifiedName(errors, `${path}.attributes`, key);
    checkAttribute(errors, `${path}.attributes[${key}]`, attribute);
  }
  for (const key in capacity) checkQualifiedName(errors, `${path}.capacity`, key);
}

const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function checkAttribute(errors: FieldError[], path: string, attribute: DeviceAttribute): void {
  const values = Object.values(attribute).filter((value) => value !== undefined);
  if (values.length === 0) errors.push(required(path, "exactly one value must be specified"));
  if (values.length > 1) errors.push(invalid(path, attribute, "exactly one value must be specified"));
  const { string, version } = attribute;
  if (string !== undefined && utf8Length(string) > MAX_VALUE) errors.push(tooLong(`${path}.string`, MAX_VALUE));
  if (version === undefined) return;
  if (!SEMANTIC_VERSION.test(version))
    errors.push(invalid(`${path}.version`, version, "must be a string compatible with semver.org spec 2.0.0"));
  if (utf8Length(version) > MAX_VALUE) errors.push(tooLong(`${path}.version`, MAX_VALUE));
}
