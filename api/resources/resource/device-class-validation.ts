/** pkg/apis/resource/validation: DeviceClass. */
import type { DeviceClass } from "../../generated/resource.v1.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { checkList } from "./bounded-lists.ts";
import { checkConfiguration, checkSelectors } from "./selectors-validation.ts";

const MAX_CONFIGS = 32;

export function validateDeviceClass({ spec }: DeviceClass): FieldError[] {
  const errors: FieldError[] = [];
  checkSelectors(errors, "spec.selectors", spec.selectors);
  checkList(errors, "spec.config", spec.config, {
    max: MAX_CONFIGS,
    check: (configuration, path) => checkConfiguration(errors, path, configuration),
  });
  const { extendedResourceName: name } = spec;
  if (name !== undefined && !isExtendedResource(name))
    errors.push(invalid("spec.extendedResourceName", name, "must be a valid extended resource name"));
  return errors;
}

/** A domain other than Kubernetes' own, and a name, as containers request it. */
const isExtendedResource = (name: string) =>
  name.includes("/") &&
  !name.startsWith("requests.") &&
  !/(^|\.)kubernetes\.io\//.test(name) &&
  qualifiedName(`requests.${name}`).length === 0;
