/** Names of drivers, pools and devices, and of device attributes: a C identifier, with the domain that defines it. */

import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, invalidTyped, required, tooLong } from "../../machinery/field-error.ts";
import { cIdentifier, dnsLabel, dnsSubdomain } from "../../machinery/names.ts";
import { checkDriverName } from "../storage/driver-name.ts";

const MAX_IDENTIFIER = 32;
const MAX_POOL_NAME = 253;
/** The longest name of an attribute: a driver's name, a slash and an identifier. */
export const MAX_QUALIFIED_NAME = 63 + 1 + MAX_IDENTIFIER;

/** A name with more than one slash is accepted, as in Kubernetes. */
export function checkQualifiedName(errors: FieldError[], path: string, name: string): void {
  const parts = name.split("/");
  const [first = "", second = ""] = parts;
  if (parts.length === 1) checkIdentifier(errors, path, first);
  if (parts.length !== 2) return;
  if (first === "") errors.push(invalid(path, "", "the domain must not be empty"));
  else checkDriverName(errors, path, first);
  if (second === "") errors.push(invalid(path, "", "the name must not be empty"));
  else checkIdentifier(errors, path, second);
}

export function checkFullyQualifiedName(errors: FieldError[], path: string, name: string): void {
  checkQualifiedName(errors, path, name);
  if (!name.includes("/"))
    errors.push(invalidTyped(path, name, "a fully qualified name must be a domain and a name separated by a slash"));
}

function checkIdentifier(errors: FieldError[], path: string, name: string): void {
  if (utf8Length(name) > MAX_IDENTIFIER) errors.push(tooLong(path, MAX_IDENTIFIER));
  for (const problem of cIdentifier(name)) errors.push(invalid(path, name, problem));
}

export function checkLabel(errors: FieldError[], path: string, name: string): void {
  for (const problem of dnsLabel(name)) errors.push(invalid(path, name, problem));
}

export function checkPoolName(errors: FieldError[], path: string, name: string): void {
  if (name === "") {
    errors.push(required(path));
    return;
  }
  if (utf8Length(name) > MAX_POOL_NAME) errors.push(tooLong(path, MAX_POOL_NAME));
  for (const part of name.split("/"))
    for (const problem of dnsSubdomain(part)) errors.push(invalid(path, part, problem));
}
