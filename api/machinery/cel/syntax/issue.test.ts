import { describe, expect, test } from "vitest";
import { compiled, run, type } from "../../../../test/fakes/objects/cel-expression.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile } from "../program.ts";
import { fromJson } from "../values/from-json.ts";

describe("errors are reported as by cel-go", () => {
  test.each([
    ["self.i +", ["9: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true',"]],
    ["self.i +* 2", ["9: extraneous input '*' expecting {'[', '{', '(', '.', '-', '!', 'true',"]],
    ["self.i = 1", ["8: token recognition error at: '= '", "10: extraneous input '1' expecting <EOF>"]],
    ["self.s == 'a\\qb", ["11: token recognition error at: ''a\\q'"]],
    ["(self.i == 1", ["13: missing ')' at '<EOF>'"]],
    ["self.l.all(x x == 'a')", ["14: mismatched input 'x' expecting ')'"]],
    ["[1 2]", ["4: extraneous input '2' expecting {']', ','}"]],
    ["[1,,2]", ["4: mismatched input ',' expecting ']'"]],
    ["{'a':1", ["7: mismatched input '<EOF>' expecting {'}', ','}"]],
    ["true ? 1", ["9: mismatched input '<EOF>' expecting ':'"]],
    ["size(`a`)", ["6: extraneous input '`a`' expecting {'[', '{', '(', ')', '.'"]],
  ])("CEL-SYNTAX: %s", (source, issues) => {
    const reported = [...String(run(source)).matchAll(/<input>:1:(\d+): Syntax error: (.*)/g)];
    expect(reported.map(([, at, text]) => `${at}: ${text}`)).toEqual(
      issues.map((each) => expect.stringContaining(each)),
    );
  });

  test.each([
    ["if (self.i == 1) == 2", "reserved identifier: if"],
    ["b'\\u0041' == b'A'", "unable to unescape string"],
    ["self.`s` == 'a'", "unsupported syntax: '`'"],
    ["self.s == '\\ud800'", "invalid unicode code point"],
    ["self.l.all(x, x, true)", "1:15: duplicate variable name: x"],
    ["double('1e400') == 1.0", "type conversion error from 'string' to 'double'"],
    ["int('9223372036854775808') == 1", "type conversion error from 'string' to 'int'"],
    ["uint('+1') == 1u", "type conversion error from 'string' to 'uint'"],
    ["self.l.existsOne(x, x == 'a')", "undeclared reference to 'existsOne'"],
    ["self.s == '\\U00110000'", "invalid unicode code point"],
    ["'é\t' == self.i", "\n | 'é ' == self.i\n | .．...^"],
    ["self.é", "1:6: Syntax error: token recognition error at: 'é'\n | self.é\n | .....＾"],
  ])("CEL-SYNTAX: %s: %s", (source, message) => {
    expect(run(source)).toContain(message);
  });

  test.each([
    ["self.?nope == optional.none()", "1:5: undefined field 'nope'"],
    ["math.sign(1) == 1", "found no matching overload for 'sign' applied to '!error!.(int)'"],
    ["string(type(self.s))", "applied to '(type(string))'"],
    ["string(authorizer.group(''))", "undeclared reference to 'authorizer'"],
    ["timestamp('2024-02-30T00:00:00Z') == timestamp(0)", "invalid timestamp argument"],
    ["timestamp(253402300800) == timestamp(0)", "invalid timestamp argument"],
    ["string(null)", "no such overload: string(null_type)"],
  ])("%s does not compile: %s", (source, message) => {
    expect(run(source)).toContain(message);
  });

  test.each([
    ["1 / 0 == 1", "division by zero"],
    ['self.l[5] == "x"', "index out of bounds: 5"],
    ['self.m["zz"] == 1', "no such key: zz"],
    ["9223372036854775807 + 1 == 0", "integer overflow"],
    ["dyn(self.s) + 1 == 2", "no such overload"],
    // A value that cannot have members lacks the member, as a map would.
    ["dyn(null).a == 1", "no such key: a"],
    ["dyn(null)['a'] == 1", "no such key: a"],
    ["dyn(self.s).a.b == 1", "no such key: a"],
    ["dyn(self.l).a == 1", "unsupported index type 'string' in list"],
    ["optional.none().value() == 1", "optional.none() dereference"],
    ["[1].slice(0, 2) == [1]", "cannot slice(0, 2), list is length 1"],
    ["[[1]].flatten(-1) == []", "level must be non-negative"],
    ["timestamp('2024-07-01T12:00:00Z').getHours('No/Where') == 8", "unknown time zone No/Where"],
    ["timestamp('2024-07-01T12:00:00Z').getHours('a:b') == 8", 'strconv.Atoi: parsing "a": invalid syntax'],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1s') == timestamp(0)", "timestamp overflow"],
    [
      "ip(self.s + '.') == ip('::')",
      'IP Address "abc." parse error during conversion from string: ParseAddr("abc."): unexpected character (at "abc.")',
    ],
    ["ip('fe80::1%' + self.s) == ip('::')", 'IP address "fe80::1%abc" with zone value is not allowed'],
    ["ip('::ffff:1.2.3.4') == ip('::')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ["cidr('10.0.0.0/8').containsIP(self.s)", "no such overload"],
    [
      "url('http://a b') == url('/')",
      'URL parse error during conversion from string: parse "http://a b": invalid character " " in host name',
    ],
  ])("%s: %s", (source, message) => {
    expect(run(source)).toBe(message);
  });

  test.each([
    ["self.nope == 1", 5, "undefined field 'nope'"],
    ["foo(self.s)", 4, "undeclared reference to 'foo' (in container '')"],
    ["self.s + self.i > 0", 8, "found no matching overload for '_+_' applied to '(string, int)'"],
    ["self.l.sum() == 1", 11, "found no matching overload for 'sum' applied to 'list(string).()'"],
    ["[1,'a'].size() == 2", 4, "expected type 'int' but found 'string'"],
    ["{1:'a','b':'c'}.size() == 2", 8, "expected type 'int' but found 'string'"],
    ["duration('soon') < duration('1h')", 10, "invalid duration argument"],
    ["has(self)", 5, "invalid argument to has() macro"],
    ["self.l.all(x, x.y)", 16, "type 'string' does not support field selection"],
    ['self.s.matches("(")', 16, "invalid matches argument"],
    ["self.i == 1 b", 13, "Syntax error: extraneous input 'b' expecting <EOF>"],
  ])("%s: column %i, %s", (source, column, message) => {
    expect(run(source)).toBe(`ERROR: <input>:1:${column}: ${message}\n | ${source}\n | ${".".repeat(column - 1)}^`);
  });

  test("variables are bound only in their scope", () => {
    const scope = { variables: new Map([["self", type]]), library: kubernetesLibrary };
    expect(compile("cel.bind(a, 1, a) == 1", scope)).toMatchObject({
      ok: false,
      message: expect.stringContaining("undeclared reference to 'cel' (in container '')"),
    });
  });

  test("a null in a field equals an absent field", () => {
    const nothing = new Map([["self", fromJson({ s: null, m: { x: null } }, type)]]);
    const of = (source: string) => {
      const result = compiled(source);
      return result.ok && result.program.run(nothing);
    };
    expect(of("has(self.s) || self.?s.hasValue()")).toMatchObject({ ok: true, value: false });
    expect(of("self.s == 'a'")).toMatchObject({ ok: false, message: "no such key: s" });
    expect(of("'x' in self.m")).toMatchObject({ ok: true, value: true });
  });

  test("an empty source shows no line", () => {
    expect(run("")).toMatch(/^ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting .*\}$/);
  });

  test("the column of an issue lies within its line", () => {
    expect(run("self.i == 1 &&\n  zz")).toBe(
      "ERROR: <input>:2:3: undeclared reference to 'zz' (in container '')\n |   zz\n | ..^",
    );
  });
});
