/** How many errors of an object are reported in full (rule REG-ERRORS). */
import { type FieldError, WHOLE_OBJECT } from "../../api/machinery/field-error.ts";

const MAX_REPORTED = 1000;
/** Characters: a message may list all that would have been right. */
const MAX_TEXT = 2 ** 20;

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
  const reported = reportedOf(errors);
  if (reported === errors.length) return errors;
  return [...errors.slice(0, reported), tooMany(`and ${errors.length - reported} more problems`)];
}

/** How many of the first are reported: at least one. */
function reportedOf(errors: readonly FieldError[]): number {
  let text = 0;
  const end = errors.findIndex(({ message }, i) => {
    const isTooMuch = i === MAX_REPORTED || text > MAX_TEXT;
    text += message.length;
    return isTooMuch;
  });
  return end < 0 ? errors.length : end;
}

const tooMany = (message: string): FieldError => ({ reason: "FieldValueTooMany", path: WHOLE_OBJECT, message });
