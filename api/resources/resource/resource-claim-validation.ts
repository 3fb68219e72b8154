/** pkg/apis/resource/validation: the spec of claims, which templates of claims have too. */
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
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../machinery/names.ts";
import { checkFullyQualifiedName } from "./device-names.ts";
import { checkConfiguration, checkSelectors } from "./selectors-validation.ts";

const MAX_REQUESTS = 32;
const MAX_SUBREQUESTS = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGS = 32;
const MAX_TOLERATIONS = 16;

export function validateClaimSpec({ devices = {} }: ResourceClaimSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkDevices(errors, `${path}.devices`, devices);
  return errors;
}

function checkDevices(errors: FieldError[], path: string, claim: DeviceClaim): void {
  const { requests = [], constraints = [], config = [] } = claim;
  if (requests.length > MAX_REQUESTS) errors.push(tooMany(`${path}.requests`, requests.length, MAX_REQUESTS));
  const names = new Set<string>();
  requests.forEach((request, i) => {
    const at = `${path}.requests[${i}]`;
    checkRequest(errors, at, request);
    if (names.has(request.name)) errors.push(duplicate(at, request.name));
    names.add(request.name);
  });
  const known = new Set(
    requests.flatMap(({ name, firstAvailable }) => [
      name,
      ...(firstAvailable ?? []).map((sub) => `${name}/${sub.name}`),
    ]),
  );
  if (constraints.length > MAX_CONSTRAINTS)
    errors.push(tooMany(`${path}.constraints`, constraints.length, MAX_CONSTRAINTS));
  constraints.forEach((constraint, i) => {
    checkConstraint(errors, `${path}.constraints[${i}]`, constraint, known);
  });
  if (config.length > MAX_CONFIGS) errors.push(tooMany(`${path}.config`, config.length, MAX_CONFIGS));
  config.forEach((configuration: DeviceClaimConfiguration, i) => {
    checkNames(errors, `${path}.config[${i}].requests`, configuration.requests, known);
    checkConfiguration(errors, `${path}.config[${i}]`, configuration);
  });
}

/** The names of requests that a constraint or a configuration is for. */
function checkNames(
  errors: FieldError[],
  path: string,
  names: readonly string[] = [],
  known: ReadonlySet<string>,
): void {
  if (names.length > MAX_REQUESTS) errors.push(tooMany(path, names.length, MAX_REQUESTS));
  names.forEach((name, i) => {
    for (const part of name.split("/"))
      for (const problem of dnsLabel(part)) errors.push(invalid(`${path}[${i}]`, part, problem));
    if (!known.has(name))
      errors.push(
        invalid(
          `${path}[${i}]`,
          name,
          "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
        ),
      );
    if (names.indexOf(name) < i) errors.push(duplicate(`${path}[${i}]`, name));
  });
}

function checkRequest(errors: FieldError[], path: string, request: DeviceRequest): void {
  const { name = "", exactly, firstAvailable } = request;
  checkRequestName(errors, `${path}.name`, name);
  const several = (firstAvailable?.length ?? 0) > 0;
  if (exactly && several)
    errors.push(
      invalid(path, null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"),
    );
  else if (!exactly && !several)
    errors.push(required(path, "exactly one of `exactly` or `firstAvailable` is required"));
  else if (exactly) checkExact(errors, `${path}.exactly`, exactly);
  else {
    const subrequests = firstAvailable ?? [];
    if (subrequests.length > MAX_SUBREQUESTS)
      errors.push(tooMany(`${path}.firstAvailable`, subrequests.length, MAX_SUBREQUESTS));
    subrequests.forEach((subrequest, i) => {
      const at = `${path}.firstAvailable[${i}]`;
      checkRequestName(errors, `${at}.name`, subrequest.name ?? "");
      checkExact(errors, at, subrequest);
      if (subrequests.findIndex((other) => other.name === subrequest.name) < i)
        errors.push(duplicate(at, subrequest.name));
    });
  }
}

function checkRequestName(errors: FieldError[], path: string, name: string): void {
  if (name === "") errors.push(required(path));
  else for (const problem of dnsLabel(name)) errors.push(invalid(path, name, problem));
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
  if ((tolerations?.length ?? 0) > MAX_TOLERATIONS)
    errors.push(tooMany(`${path}.tolerations`, tolerations?.length ?? 0, MAX_TOLERATIONS));
  tolerations?.forEach((toleration, i) => {
    checkToleration(errors, `${path}.tolerations[${i}]`, toleration);
  });
}

const EFFECTS = ["NoExecute", "NoSchedule", "None"];

function checkToleration(errors: FieldError[], path: string, toleration: DeviceToleration): void {
  const { key = "", operator = "", value = "", effect = "" } = toleration;
  if (key !== "") for (const problem of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, problem));
  if (operator === "Exists") {
    if (value !== "") errors.push(invalid(`${path}.value`, value, "must be empty for operator `Exists`"));
  } else if (operator === "Equal") {
    if (key === "") errors.push(required(`${path}.key`, "must not be empty for operator `Equal`"));
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
  checkNames(errors, `${path}.requests`, requests, known);
  if (matchAttribute !== undefined) checkFullyQualifiedName(errors, `${path}.matchAttribute`, matchAttribute);
  else if (distinctAttribute !== undefined)
    checkFullyQualifiedName(errors, `${path}.distinctAttribute`, distinctAttribute);
  else errors.push(required(`${path}.matchAttribute`));
}
