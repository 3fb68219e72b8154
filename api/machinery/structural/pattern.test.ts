import { describe, expect, test } from "vitest";
import { compilePattern, matchesPattern } from "./pattern.ts";

const matching = (pattern: string, text: string) => {
  const compiled = compilePattern(pattern);
  return compiled && matchesPattern(compiled, text);
};

/** Each would take JavaScript's engine years. */
test.each<[pattern: string, text: string, isMatch: boolean]>([
  ["(a+)+$", `${"a".repeat(5000)}b`, false],
  ["^([a-z]*)*x$", `${"a".repeat(5000)}x`, true],
  ["^(a|aa)+$", `${"a".repeat(5000)}b`, false],
  [".*.*.*=$", "a".repeat(5000), false],
  ["^(a?){40}a{40}$", "a".repeat(40), true],
  [`^${"a?".repeat(60)}${"a".repeat(60)}$`, "a".repeat(59), false],
  ["^(a?a?)*b", "a".repeat(5000), false],
  ["^(.*)(.*)(.*)(.*)(.*)x$", "a".repeat(5000), false],
])("CRD-PATTERN-TIME: %s is matched in linear time", (pattern, text, isMatch) => {
  expect(matching(pattern, text)).toBe(isMatch);
});

test.each<[pattern: string, yes: string, no: string]>([
  ["^\\pN+$", "12", "pN"],
  ["^\\p{Greek}$", "α", "a"],
  ["^[^\\p{Lu}x]$", "a", "A"],
  ["^\\x{41}$", "A", "x".repeat(41)],
  ["^\\Qa*b\\E+$", "a*bb", "aab"],
  ["^(?i:abc)d$", "ABCd", "ABCD"],
  ["^a(?i)b|c$", "aB", "Ab"],
  ["(?m)^b$", "a\nb\nc", "ab"],
  ["^(?s:.)a$", "\na", "ba\n"],
  ["^[[:alpha:]_-]+$", "a_-Z", "a1"],
  ["^[[:^space:]]$", "a", " "],
  ["^\\s$", "\t", "\u00a0"],
  ["^[\\s,]\\S$", ",b", "\u00a0b"],
  ["\\Ba\\b", "ba", "a"],
  ["^(?:x{2,3}|y{2,})$", "yyyy", "x"],
  ["^[]a]$", "]", "b"],
  ["^.$", "😀", "\n"],
  ["^\\101$", "A", "1"],
])("CRD-PATTERN: %s is interpreted as in Go", (pattern, yes, no) => {
  expect([matching(pattern, yes), matching(pattern, no)]).toEqual([true, false]);
});

describe("patterns that both engines accept", () => {
  const texts = ["", "a", "ab", "abc", "a-b", "-a", "1.2.3", "a.b-c.d", "a..b", "10%", "A_b", "x=y", "日本", "a\nb"];
  test.each([
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "^((100|[1-9]?[0-9])%|[0-9]+)$",
    "[+-]?([0-9]*[.])?[0-9]+",
    "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    "^(?:a|b|c)+$",
    "\\bb|^$",
    "a{2}|b{1,}|c?$",
    "(?i)^a[^b-d]",
    "^\\w+(=\\w+)?$",
  ])("CRD-PATTERN: %s, with equal results", (pattern) => {
    const compiled = compilePattern(pattern);
    expect(compiled?.regexp).toBeDefined();
    for (const text of texts) expect([text, compiled?.linear.test(text)]).toEqual([text, compiled?.regexp?.test(text)]);
  });
});

test("CRD-PATTERN-TIME: a pattern that is too large is refused", () => {
  expect(compilePattern("((a{100}){100}){100}")).toBeUndefined();
  expect(compilePattern("(".repeat(2000) + ")".repeat(2000))).toBeUndefined();
});
