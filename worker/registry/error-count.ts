/** How many errors of an object are reported in full (rule REG-ERRORS). */
import { type FieldError, WHOLE_OBJECT } from "../../api/machinery/field-error.ts";

const MAX_REPORTED = 1000;

/**
 * A body of 3 MiB has room for 200,000 errors, which rendered in full are 100 MB, and more than JavaScript can pass as
 * arguments (RangeError). Kubernetes runs into its timeout with a tenth of them.
 */
export function fewErrors(find: () => readonly FieldError[]): readonly FieldError[] {
  let errors: readonly FieldError[];
  try {
    errors = find();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [tooMany("there are too many problems to report any")];
  }
  if (errors.length <= MAX_REPORTED) return errors;
  return [...errors.slice(0, MAX_REPORTED), tooMany(`and ${errors.length - MAX_REPORTED} more problems`)];
}

const tooMany = (message: string): FieldError => ({ reason: "FieldValueTooMany", path: WHOLE_OBJECT, message });
