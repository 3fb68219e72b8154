/** pkg/apis/certificates/validation: names of signers, `example.com/signer-name`. */
import { type FieldError, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../machinery/names.ts";

const MAX_LENGTH = 571;
const MAX_DOMAIN = 253;

export function checkSignerName(errors: FieldError[], path: string, name: string): void {
  if (name === "") {
    errors.push(required(path));
    return;
  }
  const parts = name.split("/");
  const [domain = "", rest = ""] = parts;
  if (parts.length !== 2) {
    errors.push(invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
    return;
  }
  if (domain.length > MAX_DOMAIN) errors.push(tooLong(path, MAX_DOMAIN));
  const labels = domain.split(".");
  for (const label of labels)
    for (const problem of dnsLabel(label))
      errors.push(invalid(path, domain, `validating label ${JSON.stringify(label)}: ${problem}`));
  if (labels.length < 2)
    errors.push(invalid(path, domain, "should be a domain with at least two segments separated by dots"));
  for (const problem of dnsSubdomain(rest)) errors.push(invalid(path, rest, problem));
  if (name.length > MAX_LENGTH) errors.push(tooLong(path, MAX_LENGTH));
}
