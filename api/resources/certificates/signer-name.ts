/** pkg/apis/certificates/validation: names of signers, `example.com/signer-name`. */
import { type FieldError, goQuote, invalid, required, tooLong } from "../../machinery/field-error.ts";
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
  checkLabels(errors, path, { text: domain, labels, problemsOf: dnsLabel });
  if (labels.length < 2)
    errors.push(invalid(path, domain, "should be a domain with at least two segments separated by dots"));
  checkLabels(errors, path, { text: rest, labels: rest.split("."), problemsOf: dnsSubdomain });
  if (name.length > MAX_LENGTH) errors.push(tooLong(path, MAX_LENGTH));
}

interface Labelled {
  readonly text: string;
  readonly labels: readonly string[];
  readonly problemsOf: (label: string) => readonly string[];
}

/** Only the first label with problems is reported. */
function checkLabels(errors: FieldError[], path: string, { text, labels, problemsOf }: Labelled): void {
  const wrong = labels.find((label) => problemsOf(label).length > 0);
  if (wrong === undefined) return;
  for (const problem of problemsOf(wrong))
    errors.push(invalid(path, text, `validating label ${goQuote(wrong)}: ${problem}`));
}
