/** What label keys and values may look like, with the problems in Kubernetes' words (apimachinery pkg/api/validate/content). */

const key = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const keyPattern = new RegExp(`^${key}$`);
const valuePattern = new RegExp(`^(${key})?$`);
const subdomain = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const subdomainPattern = new RegExp(`^${subdomain}$`);

const keyRule = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${key}')`;
const valueRule = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${key})?')`;
const subdomainRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;

/** UTF-8 length: Kubernetes counts bytes. */
const bytes = (text: string) => {
  let count = 0;
  for (const char of text) count += utf8Length(char.codePointAt(0) ?? 0);
  return count;
};
const utf8Length = (code: number) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
const tooLong = (limit: number) => `must be no more than ${limit} bytes`;

/** The problems with a label key (Kubernetes' IsLabelKey, IsQualifiedName); none when it is one. */
export function labelKeyProblems(value: string): string[] {
  const parts = value.split("/");
  if (parts.length > 2) {
    return [`a valid label key ${keyRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const [prefix, name = ""] = parts.length === 2 ? parts : [undefined, value];
  const problems: string[] = [];
  if (prefix === "") problems.push("prefix part must be non-empty");
  else if (prefix !== undefined) problems.push(...subdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  if (name === "") problems.push("name part must be non-empty");
  else if (bytes(name) > 63) problems.push(`name part ${tooLong(63)}`);
  if (!keyPattern.test(name)) problems.push(`name part ${keyRule}`);
  return problems;
}

/** The problems with a label value (Kubernetes' IsLabelValue). */
export function labelValueProblems(value: string): string[] {
  const problems: string[] = [];
  if (bytes(value) > 63) problems.push(tooLong(63));
  if (!valuePattern.test(value)) problems.push(valueRule);
  return problems;
}

function subdomainProblems(value: string): string[] {
  const problems: string[] = [];
  if (bytes(value) > 253) problems.push(tooLong(253));
  if (!subdomainPattern.test(value)) problems.push(subdomainRule);
  return problems;
}
