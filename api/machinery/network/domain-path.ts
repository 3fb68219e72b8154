/** `example.com/some/path`, the syntax of names of controllers and signers (apimachinery/pkg/util/validation). */
import { type FieldError, invalid, required } from "../field-error.ts";
import { dnsSubdomain, regexProblem } from "../names.ts";

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isPath = new RegExp(`^${PATH}$`);

export function domainPrefixedPath(text: string, path: string): FieldError[] {
  if (text === "") return [required(path)];
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1)
    return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = dnsSubdomain(text.slice(0, slash)).map((problem) => invalid(path, text.slice(0, slash), problem));
  const rest = text.slice(slash + 1);
  if (!isPath.test(rest)) errors.push(invalid(path, rest, regexProblem("Invalid path", PATH)));
  return errors;
}
