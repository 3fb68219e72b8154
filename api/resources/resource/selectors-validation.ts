/** pkg/apis/resource/validation: device selectors and configurations, which classes and requests share. */
import type { DeviceConfiguration, DeviceSelector } from "../../generated/resource.v1.ts";
import { compile } from "../../machinery/cel/program.ts";
import { deviceScope } from "../../machinery/cel/scopes/device-scope.ts";
import { showType } from "../../machinery/cel/values/type.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { celError } from "../cel-error.ts";
import { checkDriverName } from "../storage/driver-name.ts";
import { checkList } from "./bounded-lists.ts";

const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_DATA = 10 * 1024;

export const checkSelectors = (errors: FieldError[], path: string, selectors: readonly DeviceSelector[] = []): void =>
  checkList(errors, path, selectors, {
    max: MAX_SELECTORS,
    check: ({ cel }, own) => {
      const at = `${own}.cel`;
      if (!cel) errors.push(required(at));
      else if (utf8Length(cel.expression ?? "") > MAX_EXPRESSION)
        errors.push(tooLong(`${at}.expression`, MAX_EXPRESSION));
      else checkExpression(errors, `${at}.expression`, cel.expression ?? "");
    },
  });

function checkExpression(errors: FieldError[], path: string, expression: string): void {
  const compiled = compile(expression, deviceScope);
  if (!compiled.ok) errors.push(celError(path, expression, compiled));
  else if (!["bool", "dyn"].includes(compiled.program.type.kind)) {
    const is = showType(compiled.program.type);
    errors.push(invalid(path, expression, `must evaluate to bool or the unknown type, not ${is}`));
  }
}

export function checkConfiguration(errors: FieldError[], path: string, { opaque }: DeviceConfiguration): void {
  if (!opaque) {
    errors.push(required(`${path}.opaque`));
    return;
  }
  checkDriverName(errors, `${path}.opaque.driver`, opaque.driver ?? "");
  checkRawObject(errors, `${path}.opaque.parameters`, opaque.parameters);
}

/** Opaque parameters of a driver: a JSON object of limited size. */
export function checkRawObject(errors: FieldError[], path: string, data: unknown): void {
  if (data === undefined || data === null) errors.push(required(path));
  else if (utf8Length(JSON.stringify(data)) > MAX_DATA) errors.push(tooLong(path, MAX_DATA));
  else if (typeof data !== "object" || Array.isArray(data))
    errors.push(invalid(path, "<value omitted>", "must be a valid JSON object"));
}
