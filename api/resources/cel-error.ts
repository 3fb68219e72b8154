/** Kubernetes' error for an expression in a field that does not compile. */
import { type FieldError, internalProblem, invalid } from "../machinery/field-error.ts";

interface Uncompiled {
  readonly message: string;
  readonly isInternal: boolean;
}

export const celError = (path: string, expression: string, { message, isInternal }: Uncompiled): FieldError =>
  isInternal ? internalProblem(path, message) : invalid(path, expression, message);
