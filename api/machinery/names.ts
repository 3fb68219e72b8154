/**
 * The syntax of names in Kubernetes. Each function returns what is wrong with a text, in Kubernetes' words; empty if it
 * is valid. Source of the rules: k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content.
 */
import { utf8Length } from "./encoding/utf8.ts";

/** What is wrong with a value, one sentence each. */
export type Problems = readonly string[];

/** How a kind validates its names. A generateName may end in a dash. */
export type ValidateName = (name: string, field: "name" | "generateName") => Problems;

const NONE: Problems = Object.freeze([]);

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const UNDERSCORE_SUBDOMAIN = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";
const HTTP_HEADER = "[-A-Za-z0-9]+";
const PERCENT = "[0-9]+%";
const C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*";

const whole = (format: string) => new RegExp(`^${format}$`);
const isLabel = whole(LABEL);
const isSubdomain = whole(SUBDOMAIN);
const isUnderscoreSubdomain = whole(UNDERSCORE_SUBDOMAIN);
const isLabel1035 = whole(LABEL_1035);
const isWildcard = whole(WILDCARD);
const isQualified = whole(QUALIFIED);
const isLabelValue = whole(LABEL_VALUE);
const isConfigKey = whole(CONFIG_KEY);
const isHttpHeader = whole(HTTP_HEADER);
const isPercent = whole(PERCENT);
const isCIdentifier = whole(C_IDENTIFIER);

/** Kubernetes' error for a regular expression that did not match. */
export function regexProblem(rule: string, format: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return examples.length === 0
    ? `${rule} (regex used for validation is '${format}')`
    : `${rule} (e.g. ${shown}regex used for validation is '${format}')`;
}

export const rangeProblem = (min: number, max: number): string => `must be between ${min} and ${max}, inclusive`;

const tooLong = (max: number, unit: "bytes" | "characters" = "characters") => `must be no more than ${max} ${unit}`;

export function dnsLabel(text: string): Problems {
  if (text.length <= 63 && isLabel.test(text)) return NONE;
  const problems = utf8Length(text) > 63 ? [tooLong(63)] : [];
  if (isLabel.test(text)) return problems;
  problems.push(
    isSubdomain.test(text)
      ? "must not contain dots"
      : regexProblem(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          LABEL,
          "my-name",
          "123-abc",
        ),
  );
  return problems;
}

export function dnsSubdomain(text: string): Problems {
  if (text.length <= 253 && isSubdomain.test(text)) return NONE;
  const problems = utf8Length(text) > 253 ? [tooLong(253)] : [];
  if (!isSubdomain.test(text))
    problems.push(
      regexProblem(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        SUBDOMAIN,
        "example.com",
      ),
    );
  return problems;
}

export function dnsSubdomainWithUnderscore(text: string): Problems {
  const problems = utf8Length(text) > 253 ? [tooLong(253)] : [];
  if (!isUnderscoreSubdomain.test(text))
    problems.push(
      regexProblem(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        UNDERSCORE_SUBDOMAIN,
        "example.com",
      ),
    );
  return problems;
}

export function wildcardSubdomain(text: string): Problems {
  const problems = utf8Length(text) > 253 ? [tooLong(253)] : [];
  if (!isWildcard.test(text))
    problems.push(
      regexProblem(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        WILDCARD,
        "*.example.com",
      ),
    );
  return problems;
}

export function dns1035Label(text: string): Problems {
  const problems = utf8Length(text) > 63 ? [tooLong(63)] : [];
  if (!isLabel1035.test(text))
    problems.push(
      regexProblem(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        LABEL_1035,
        "my-name",
        "abc-123",
      ),
    );
  return problems;
}

/** A label key: `name` or `prefix.example.com/name`. */
export function qualifiedName(text: string): Problems {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  if (name.length <= 63 && isQualified.test(name) && (slash < 0 || dnsSubdomain(text.slice(0, slash)) === NONE))
    return NONE;
  const rule = regexProblem(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    QUALIFIED,
    "MyName",
    "my.name",
    "123-abc",
  );
  if (name.includes("/"))
    return [`a valid label key ${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const problems: string[] = [];
  if (slash === 0) problems.push("prefix part must be non-empty");
  if (slash > 0)
    for (const problem of dnsSubdomain(text.slice(0, slash))) problems.push(`prefix part ${lengthInBytes(problem)}`);
  if (name === "") problems.push("name part must be non-empty");
  else if (utf8Length(name) > 63) problems.push(`name part ${tooLong(63, "bytes")}`);
  if (!isQualified.test(name)) problems.push(`name part ${rule}`);
  return problems;
}

/** For the prefix of a label key, Kubernetes reports the maximum length of a subdomain in bytes. */
const lengthInBytes = (problem: string) => (problem === tooLong(253) ? tooLong(253, "bytes") : problem);

export function labelValue(text: string): Problems {
  if (text.length <= 63 && isLabelValue.test(text)) return NONE;
  const problems = utf8Length(text) > 63 ? [tooLong(63, "bytes")] : [];
  if (!isLabelValue.test(text))
    problems.push(
      regexProblem(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        LABEL_VALUE,
        "MyValue",
        "my_value",
        "12345",
      ),
    );
  return problems;
}

/** A name that only needs to be valid in a URL: RBAC's roles, most of flow control. */
export function pathSegmentName(text: string): Problems {
  return text === "." || text === ".." ? [`may not be '${text}'`] : pathSegmentPrefix(text);
}

const pathSegmentPrefix = (text: string): Problems =>
  ["/", "%"].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);

export function portNumber(port: number): Problems {
  return port >= 1 && port <= 65535 ? NONE : [rangeProblem(1, 65535)];
}

/** An IANA service name, as container and service ports use it. */
export function portName(text: string): Problems {
  const problems: string[] = [];
  if (utf8Length(text) > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(text))
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(text)) problems.push("must contain at least one letter (a-z)");
  if (text.includes("--")) problems.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) problems.push("must not begin or end with a hyphen");
  return problems;
}

/** User and group ids of Unix. */
export function unixId(id: number): Problems {
  return id >= 0 && id <= 2147483647 ? NONE : [rangeProblem(0, 2147483647)];
}

export function percent(text: string): Problems {
  return isPercent.test(text)
    ? NONE
    : [regexProblem("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, "1%", "93%")];
}

export function httpHeaderName(text: string): Problems {
  return isHttpHeader.test(text)
    ? NONE
    : [
        regexProblem(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          HTTP_HEADER,
          "X-Header-Name",
        ),
      ];
}

export function cIdentifier(text: string): Problems {
  return isCIdentifier.test(text)
    ? NONE
    : [
        regexProblem(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          C_IDENTIFIER,
          "my_name",
          "MY_NAME",
          "MyName",
        ),
      ];
}

/** What an environment variable may be called since 1.34: printable ASCII without `=`. */
export function relaxedEnvVarName(text: string): Problems {
  if (/^[ -<>-~]+$/.test(text)) return NONE;
  return text === ""
    ? ["environment variable name must be non-empty"]
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A key of a ConfigMap or Secret. */
export function configMapKey(text: string): Problems {
  const problems = utf8Length(text) > 253 ? [tooLong(253)] : [];
  if (!isConfigKey.test(text))
    problems.push(
      regexProblem(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY,
        "key.name",
        "KEY_NAME",
        "key-name",
      ),
    );
  return [...problems, ...parentDirectory(text)];
}

function parentDirectory(text: string): Problems {
  if (text === "." || text === "..") return [`must not be '${text}'`];
  return text.startsWith("..") ? ["must not start with '..'"] : NONE;
}

/** A generateName may end in a dash, since letters follow; Kubernetes validates it with an `a` in place of the dash. */
const beforeSuffix: (...of: Parameters<ValidateName>) => string = (name, field) =>
  field === "generateName" && name.length > 1 && name.endsWith("-") ? `${name.slice(0, -2)}a` : name;

export const nameIsSubdomain: ValidateName = (name, field) => dnsSubdomain(beforeSuffix(name, field));
/**
 * For kinds whose rule Kubernetes reads off the type's declaration: lengths are told in bytes, and `generateName` is not
 * checked beyond the common rules.
 */
export const createdNameIsLong: ValidateName = (name, field) =>
  field === "name" ? dnsSubdomain(name).map(lengthInBytes) : [];
export const nameIsLabel: ValidateName = (name, field) => dnsLabel(beforeSuffix(name, field));
export const nameIsPathSegment: ValidateName = (name, field) =>
  field === "name" ? pathSegmentName(name) : pathSegmentPrefix(name);
