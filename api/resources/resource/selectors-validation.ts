/** pkg/apis/resource/validation: selectors and configurations of devices, which classes and requests share. */
import type { DeviceConfiguration, DeviceSelector } from "../../generated/resource.v1.ts";
import { deviceScope } from "../../machinery/cel/device-scope.ts";
import { compile } from "../../machinery/cel/program.ts";
import { showType } from "../../machinery/cel/type.ts";
import { type FieldError, invalid, required, tooLong, tooMany } from "../../machinery/field-error.ts";
import { dnsSubdomain } from "../../machinery/names.ts";
import { utf8Length } from "../../machinery/utf8.ts";

const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_CONFIGS = 32;
const MAX_PARAMETERS = 10 * 1024;
const MAX_DRIVER = 63;

export function checkSelectors(errors: FieldError[], path: string, selectors: readonly DeviceSelector[] = []): void {
  if (selectors.length > MAX_SELECTORS) errors.push(tooMany(path, selectors.length, MAX_SELECTORS));
  selectors.forEach(({ cel }, i) => {
    const at = `${path}[${i}].cel`;
    if (!cel) errors.push(required(at));
    else if (utf8Length(cel.expression ?? "") > MAX_EXPRESSION)
      errors.push(tooLong(`${at}.expression`, MAX_EXPRESSION));
    else checkExpression(errors, `${at}.expression`, cel.expression ?? "");
  });
}

function checkExpression(errors: FieldError[], path: string, expression: string): void {
  const compiled = compile(expression, deviceScope);
  if (!compiled.ok) errors.push(invalid(path, expression, `compilation failed: ${compiled.issues}`));
  else if (!["bool", "dyn"].includes(compiled.program.type.kind)) {
    const is = showType(compiled.program.type);
    errors.push(invalid(path, expression, `must evaluate to bool or the unknown type, not ${is}`));
  }
}

export function checkConfigurations(
  errors: FieldError[],
  path: string,
  configurations: readonly DeviceConfiguration[] = [],
): void {
  if (configurations.length > MAX_CONFIGS) errors.push(tooMany(path, configurations.length, MAX_CONFIGS));
  configurations.forEach((configuration, i) => {
    checkConfiguration(errors, `${path}[${i}]`, configuration);
  });
}

export function checkConfiguration(errors: FieldError[], path: string, { opaque }: DeviceConfiguration): void {
  if (!opaque) {
    errors.push(required(`${path}.opaque`));
    return;
  }
  checkDriver(errors, `${path}.opaque.driver`, opaque.driver ?? "");
  const at = `${path}.opaque.parameters`;
  const { parameters } = opaque;
  if (parameters === undefined || parameters === null) errors.push(required(at));
  else if (utf8Length(JSON.stringify(parameters)) > MAX_PARAMETERS) errors.push(tooLong(at, MAX_PARAMETERS));
  else if (typeof parameters !== "object" || Array.isArray(parameters))
    errors.push(invalid(at, parameters, "must be a valid JSON object"));
}

export function checkDriver(errors: FieldError[], path: string, driver: string): void {
  if (driver === "") errors.push(required(path));
  else {
    if (utf8Length(driver) > MAX_DRIVER) errors.push(tooLong(path, MAX_DRIVER));
    for (const problem of dnsSubdomain(driver)) errors.push(invalid(path, driver, problem));
  }
}
