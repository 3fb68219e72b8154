import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { dnsSubdomain } from "../../machinery/names.ts";

const MAX_NAME = 63;

/** The name of a CSI driver: a DNS subdomain in any case, at most 63 bytes. */
export function checkDriverName(errors: FieldError[], path: string, name: string): void {
  if (name === "") errors.push(required(path));
  if (utf8Length(name) > MAX_NAME) errors.push(tooLong(path, MAX_NAME));
  if (name !== "") for (const problem of dnsSubdomain(name.toLowerCase())) errors.push(invalid(path, name, problem));
}
