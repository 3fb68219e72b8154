import { expect, test } from "vitest";
import { regexpProblem } from "./regexp-syntax.ts";

const taken = [
  "",
  "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
  "^(?:[a-zA-Z]:\\\\|/)?$",
  "(?i)abc",
  "(?i:abc)|x",
  "(?P<year>\\d{4})-(?<month>\\d{2})",
  "[]a]",
  "[^]a-]",
  "[a\\]b]",
  "[[:alpha:]_-]+",
  "[\\w.\\-]+",
  "a{,5}",
  "a{1,}b{2,3}?",
  "x{",
  "\\Qa*b\\E+",
  "\\x41\\x{1F600}\\101\\0",
  "\\p{Any}\\p{ASCII}\\pL",
  "\\pN\\p{Greek}\\p{^Lu}",
  "^((100|[1-9]?[0-9])%|[0-9]+)$",
  "[+-]?([0-9]*[.])?[0-9]+",
  "a**".slice(0, 2),
  "日本+",
  "(a{30}b){33}",
  "a{1000}(b{1000}c)*[d]{1000}|e{1000}",
  "([a]{500}){2}[b]{600}",
  "(a{1000}){0}x{1000}",
];
test.each(taken)("CRD-PATTERN: Go accepts %j", (pattern) => {
  expect(regexpProblem(pattern)).toBeUndefined();
});

test.each([
  ["(", "missing closing ): `(`"],
  ["a)b", "unexpected ): `a)b`"],
  ["[a", "missing closing ]: `[a`"],
  ["x[]", "missing closing ]: `[]`"],
  ["*a", "missing argument to repetition operator: `*`"],
  ["(|+)", "missing argument to repetition operator: `+`"],
  ["a**", "invalid nested repetition operator: `**`"],
  ["a+?{2}", "invalid nested repetition operator: `+?{2}`"],
  ["[z-a]", "invalid character class range: `z-a`"],
  ["[[:foo:]]", "invalid character class range: `[:foo:]`"],
  ["\\p{Nope}", "invalid character class range: `\\p{Nope}`"],
  ["\\p{Alphabetic}", "invalid character class range: `\\p{Alphabetic}`"],
  ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
  ["(?!a)", "invalid or unsupported Perl syntax: `(?!`"],
  ["(?<=a)b", "invalid named capture: `(?<=a)b`"],
  ["(a)\\1", "invalid escape sequence: `\\1`"],
  ["\\y", "invalid escape sequence: `\\y`"],
  ["a\\", "trailing backslash at end of expression: ``"],
  ["a{1001}", "invalid repeat count: `{1001}`"],
  ["a{3,2}", "invalid repeat count: `{3,2}`"],
  ["(a{2}){501}", "invalid repeat count: `{501}`"],
  ["(?:a|b{0,40}c){0,30}", "invalid repeat count: `{0,30}`"],
  ["((x{0,2})+y){501}", "invalid repeat count: `{501}`"],
  ["((a{10}){10}b{5}){11,}", "invalid repeat count: `{11,}`"],
])("CRD-PATTERN: Go refuses %j", (pattern, problem) => {
  expect(regexpProblem(pattern)).toBe(`error parsing regexp: ${problem}`);
});
