/** Names of attributes and capacities of devices: a C identifier, with or without the domain of who defines it. */
import { type FieldError, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { cIdentifier, dnsSubdomain } from "../../machinery/names.ts";
import { utf8Length } from "../../machinery/utf8.ts";

const MAX_DOMAIN = 63;
const MAX_IDENTIFIER = 32;

export function checkQualifiedName(errors: FieldError[], path: string, name: string): void {
  if (name === "") {
    errors.push(required(path, "name must not be empty"));
    return;
  }
  const parts = name.split("/");
  const [first = "", second = ""] = parts;
  if (parts.length === 1) checkIdentifier(errors, path, first);
  else if (parts.length === 2) {
    if (first === "") errors.push(invalid(path, "", "the domain must not be empty"));
    else checkDomain(errors, path, first);
    if (second === "") errors.push(invalid(path, "", "the name must not be empty"));
    else checkIdentifier(errors, path, second);
  } else errors.push(invalid(path, name, "must not contain more than one slash"));
}

export function checkFullyQualifiedName(errors: FieldError[], path: string, name: string): void {
  checkQualifiedName(errors, path, name);
  if (name !== "" && !name.includes("/"))
    errors.push(invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash"));
}

function checkDomain(errors: FieldError[], path: string, domain: string): void {
  if (utf8Length(domain) > MAX_DOMAIN) errors.push(tooLong(path, MAX_DOMAIN));
  for (const problem of dnsSubdomain(domain)) errors.push(invalid(path, domain, problem));
}

function checkIdentifier(errors: FieldError[], path: string, name: string): void {
  if (utf8Length(name) > MAX_IDENTIFIER) errors.push(tooLong(path, MAX_IDENTIFIER));
  for (const problem of cIdentifier(name)) errors.push(invalid(path, name, problem));
}
