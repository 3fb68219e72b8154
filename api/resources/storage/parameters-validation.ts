/** pkg/apis/storage/validation: the parameters that a class passes to its driver. */

import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/field-error.ts";

const MAX_PARAMETERS = 512;
const MAX_BYTES = 256 * 1024;

export function checkParameters(
  errors: FieldError[],
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  { optional }: { readonly optional: boolean } = { optional: true },
): void {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) {
    errors.push(tooLong(path, MAX_PARAMETERS));
    return;
  }
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === "") errors.push(invalid(path, key, "field can not be empty."));
    bytes += utf8Length(key) + utf8Length(value);
  }
  if (bytes > MAX_BYTES) errors.push(tooLong(path, MAX_BYTES));
  if (!optional && entries.length === 0) errors.push(required(path, "must contain at least one key/value pair"));
}
