import { expect, it } from "vitest";
import { envFileValue } from "./env-file.ts";

it.each([
  ["is quoted", "A='1'", "A", "1"],
  ["is the first with its name", "A='1'\nA='2'\n", "A", "1"],
  ["is literal between the quotes", `A=' "$B" \\n '`, "A", ' "$B" \\n '],
  ["may span several lines", "A='1\n  2\n'\nB='3'", "A", "1\n  2\n"],
  ["may come after others, comments and empty lines", "# A='0'\n\n  \t\nB='1' # one\n \tA='2'", "A", "2"],
  ["may be followed by a comment", "A='1'\t# one", "A", "1"],
  ["is empty if blanks precede it, as in a shell", "A= '1'", "A", ""],
  ["is not taken from another variable's line", "B= A='1'\nA='2'", "A", "2"],
  ["is empty if no line has it", "B='1'\n", "A", ""],
  ["is empty in an empty file", "", "A", ""],
  ["is not affected by a later syntax error", "A='1'\nB=2", "A", "1"],
])("a value in an env file %s", (_, text, key, value) => {
  expect(envFileValue(text, key)).toBe(value);
});

it.each([
  ["values without quotes", "A=1"],
  ["values in other quotes", 'A="1"'],
  ["a missing value", "A="],
  ["lines without a value", "export"],
  ["values without a name", "='1'"],
  ["blanks before the equals sign", "A ='1'"],
  ["text after a value", "A='1'2"],
  ["unterminated quotes", "A='1\n2"],
])("a file with %s is not a valid env file", (_, text) => {
  expect(envFileValue(text, "Z")).toBeUndefined();
});
