/** pkg/apis/resource/validation: the spec of claims, which claim templates have too. */
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from "../../generated/resource.v1.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { dnsSubdomain, labelValue } from "../../machinery/names.ts";
import { checkList, checkSet } from "./bounded-lists.ts";
import { checkFullyQualifiedName, checkLabel } from "./device-names.ts";
import { checkConfiguration, checkSelectors } from "./selectors-validation.ts";

const MAX_REQUESTS = 32;
const MAX_SUBREQUESTS = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGS = 32;

export function validateClaimSpec({ devices = {} }: ResourceClaimSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkDevices(errors, `${path}.devices`, devices);
  return errors;
}

function checkDevices(errors: FieldError[], path: string, claim: DeviceClaim): void {
  const known = requestNames(claim);
  checkSet(errors, `${path}.requests`, claim.requests, {
    max: MAX_REQUESTS,
    check: (request, at) => checkRequest(errors, at, request),
    keyOf: ({ name = "" }) => name,
  });
  checkList(errors, `${path}.constraints`, claim.constraints, {
    max: MAX_CONSTRAINTS,
    check: (constraint, at) => checkConstraint(errors, at, constraint, known),
  });
  checkList(errors, `${path}.config`, claim.config, {
    max: MAX_CONFIGS,
    check: (configuration: DeviceClaimConfiguration, at) => {
      checkRequestNames(errors, `${at}.requests`, configuration.requests, known);
      checkConfiguration(errors, at, configuration);
    },
  });
}

/** Requests by name, and their alternatives as `request/subrequest`. */
export const requestNames = ({ requests = [] }: DeviceClaim): ReadonlySet<string> =>
  new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name}`)]),
  );

/** The request names in a constraint or a configuration. */
export const checkRequestNames = (
  errors: FieldError[],
  path: string,
  names: readonly string[] = [],
  known: ReadonlySet<string>,
): void =>
  checkSet(errors, path, names, {
    max: MAX_REQUESTS,
    check: (name, at) => checkRequestReference(errors, at, name, known),
    keyOf: (name) => name,
  });

export function checkRequestReference(
  errors: FieldError[],
  path: string,
  name: string,
  known: ReadonlySet<string>,
): void {
  const parts = name.split("/");
  if (parts.length <= 2) for (const part of parts) checkLabel(errors, path, part);
  if (!known.has(name))
    errors.push(
      invalid(
        path,
        name,
        "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      ),
    );
}

function checkRequest(errors: FieldError[], path: string, request: DeviceRequest): void {
  const { name = "", exactly, firstAvailable } = request;
  checkLabel(errors, `${path}.name`, name);
  const several = (firstAvailable?.length ?? 0) > 0;
  if (exactly && several)
    errors.push(
      invalid(path, null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"),
    );
  else if (exactly) checkExact(errors, `${path}.exactly`, exactly);
  else if (several)
    checkSet(errors, `${path}.firstAvailable`, firstAvailable, {
      max: MAX_SUBREQUESTS,
      check: (subrequest, at) => {
        checkLabel(errors, `${at}.name`, subrequest.name ?? "");
        checkExact(errors, at, subrequest);
      },
      keyOf: (subrequest) => subrequest.name ?? "",
    });
  else errors.push(required(path, "exactly one of `exactly` or `firstAvailable` is required"));
}

const MODES = ["All", "ExactCount"];

function checkExact(errors: FieldError[], path: string, request: ExactDeviceRequest | DeviceSubRequest): void {
  const { deviceClassName = "", selectors, allocationMode = "", count = 0, tolerations } = request;
  if (deviceClassName === "") errors.push(required(`${path}.deviceClassName`));
  else
    for (const problem of dnsSubdomain(deviceClassName))
      errors.push(invalid(`${path}.deviceClassName`, deviceClassName, problem));
  checkSelectors(errors, `${path}.selectors`, selectors);
  if (allocationMode === "ExactCount") {
    if (count <= 0) errors.push(invalid(`${path}.count`, count, "must be greater than zero"));
  } else if (allocationMode === "All") {
    if (count !== 0) errors.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"));
  } else errors.push(notSupported(`${path}.allocationMode`, allocationMode, MODES));
  tolerations?.forEach((toleration, i) => {
    checkToleration(errors, `${path}.tolerations[${i}]`, toleration);
  });
}

const EFFECTS = ["NoExecute", "NoSchedule", "None"];

function checkToleration(errors: FieldError[], path: string, toleration: DeviceToleration): void {
  const { key = "", operator = "", value = "", effect = "" } = toleration;
  if (key !== "") errors.push(...validateLabelName(key, `${path}.key`));
  if (operator === "Exists") {
    if (value !== "") errors.push(invalid(`${path}.value`, value, "must be empty for operator `Exists`"));
  } else if (operator === "Equal") {
    for (const problem of labelValue(value)) errors.push(invalid(`${path}.value`, value, problem));
  } else if (operator === "") errors.push(required(`${path}.operator`));
  else errors.push(notSupported(`${path}.operator`, operator, ["Equal", "Exists"]));
  if (effect !== "" && !EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
}

function checkConstraint(
  errors: FieldError[],
  path: string,
  { requests, matchAttribute, distinctAttribute }: DeviceConstraint,
  known: ReadonlySet<string>,
): void {
  checkRequestNames(errors, `${path}.requests`, requests, known);
  if (matchAttribute !== undefined) checkFullyQualifiedName(errors, `${path}.matchAttribute`, matchAttribute);
  else if (distinctAttribute !== undefined)
    checkFullyQualifiedName(errors, `${path}.distinctAttribute`, distinctAttribute);
  // Here Kubernetes uses its text for several fields when there is none.
  else
    errors.push(
      required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'),
    );
}
