import { describe, expect, test } from "vitest";
import { fromJson } from "./from-json.ts";
import { kubernetesLibrary } from "./library/index.ts";
import { policyLibrary } from "./policy-scope.ts";
import { compile } from "./program.ts";
import { typeOfSchema } from "./schema-type.ts";
import type { Type } from "./type.ts";

const schema = {
  type: "object",
  properties: {
    s: { type: "string" },
    i: { type: "integer" },
    l: { type: "array", items: { type: "string" } },
    m: { type: "object", additionalProperties: { type: "integer" } },
    ios: { "x-kubernetes-int-or-string": true },
    "dash-ed": { type: "string" },
  },
};
const type = typeOfSchema(schema, false) as Type;
const self = { s: "abc", i: 5, l: ["a", "b", "c"], m: { x: 1, y: 2 }, ios: "5%", "dash-ed": "d" };

const compiled = (source: string) =>
  compile(source, { variables: new Map([["self", type]]), library: kubernetesLibrary, binds: true });

function run(source: string, limit?: number) {
  const result = compiled(source);
  if (!result.ok) return result.message.replace("compilation failed: ", "");
  const outcome = result.program.run(new Map([["self", fromJson(self, type)]]), limit);
  return outcome.ok ? outcome.value : outcome.message;
}

describe("an expression is true of what it sees", () => {
  test.each([
    'self.i == 5 && self.s.startsWith("a")',
    "self.i > 3.5",
    'self.l.all(x, x != "d")',
    'self.l.exists(x, x == "c")',
    'self.l.exists_one(x, x == "c")',
    'self.l.map(x, x + "1") == ["a1", "b1", "c1"]',
    'self.l.filter(x, x > "a").size() == 2',
    "self.m.all(k, self.m[k] > 0)",
    "self.m.exists(k, v, k == 'y' && v == 2)",
    "[1, 2].transformList(i, v, i + v) == [1, 3]",
    "self.m.transformMap(k, v, v > 1, v * 2) == {'y': 4}",
    "has(self.s) && !has(self.m.zz)",
    'self.dash__dash__ed == "d"',
    'type(self.ios) == string && self.ios.endsWith("%")',
    '"a" in self.l && "x" in self.m',
    "1u + 2u == 3u && 7 % 3 == 1 && -self.i == -5",
    'self.?s.orValue("x") == "abc"',
    "optional.of(1).optMap(x, x + 1).value() == 2",
    "[1, ?optional.none(), ?optional.of(3)] == [1, 3]",
    "cel.bind(a, self.i + 1, a * a) == 36",
    '"%s-%d".format([self.s, self.i]) == "abc-5"',
    '"héllo".charAt(1) == "é" && "a,b".split(",").join("-") == "a-b"',
    '"abc123".find("[0-9]+") == "123" && self.s.matches("^[a-c]+$")',
    "[3, 1, 2].max() == 3 && ![3, 1].isSorted() && [1, 2].sum() == 3",
    "lists.range(3).sortBy(x, -x) == [2, 1, 0] && ['b', 'ab'].sortBy(x, x.size())[0] == 'b'",
    "[1, 2].first().value() == 1 && [1, 2].last().value() == 2 && ![].first().hasValue()",
    "duration('1h').getMilliseconds() == 3600000 && sign(quantity('-1')) == -1",
    "timestamp('2024-07-01T12:00:00Z').getHours('America/New_York') == 8",
    "'%s %d'.format(['a', 1]) == 'a 1'",
    `'%s%s'.format([['a', 'b"'], {'k': [1.5]}]) == '["a", "b\\\\""]{"k":[1.500000]}'`,
    `'%s'.format([[duration('90s'), duration('1s')]]) == '[duration("90s"), duration("1s")]' && '%s'.format([[b'a']]) == '[b"a"]'`,
    "'%.2f %.0f %.0f %f'.format([1234567.891, 2.5, 3.5, dyn('NaN')]) == '1,234,567.89 2 4 NaN'",
    "'%e|%.20e'.format([12345.678, -0.5]) == '1.234568×10⁰⁴|     -5.000000×10⁻⁰¹'",
    "'%x %X %b %o %%'.format([255, b'z', true, 8u]) == 'ff 7A 1 10 %'",
    "string(1000000.0) == '1e+06' && string(100000.5) == '100000.5' && string(0.00001) == '1e-05'",
    "sets.equivalent([1, 2], [2, 1, 1]) && sets.intersects([1], [1, 2])",
    'quantity("1Gi").isGreaterThan(quantity("1Mi")) && quantity("50k").asInteger() == 50000',
    'ip("::1").isLoopback() && cidr("10.0.0.0/8").containsIP("10.1.1.1") && !isIP("1.2.3")',
    'url("https://a:80/b?x=1").getHostname() == "a" && !isURL("../x")',
    'semver("1.2.3-rc.1").isLessThan(semver("1.2.3")) && isSemver("v1.0", true)',
    'duration("90m") == duration("1h30m") && timestamp("2024-02-29T00:00:00Z").getMonth() == 1',
    'format.dns1123Label().validate("A_").hasValue()',
    `strings.quote('a') == '"a"'`,
    "type(url('https://a')) != type(ip('::1'))",
    "int('12') + int(3.9) == 15 && string(1.5) == '1.5' && b'ab'.size() == 2",
    // Either side may decide, whatever the other comes to.
    "1 / 0 == 1 || true",
    "[1, 0].exists(x, 1 / x == 1)",
  ])("%s", (source) => {
    expect(run(source)).toBe(true);
  });
});

test.each([
  ["'%d'.format(['x'])", "error during formatting: decimal clause can only be used on integers, was given string"],
  ["'%q'.format([1])", 'could not parse formatting clause: unrecognized formatting clause "q"'],
  ["'%s %s'.format(['a'])", "index 1 out of range"],
  ["'%s'.format(['a', 'b'])", "too many arguments supplied to string.format (expected 1, got 2)"],
  ["'%'.format([1])", "unexpected end of string"],
  [
    "'%.3'.format([1.0])",
    "could not parse formatting clause: error while parsing precision: could not find end of precision specifier",
  ],
  ["'%.2f'.format([1])", "error during formatting: fixed-point clause can only be used on doubles, was given int"],
  ["[dyn(1), 'x']", "expected type 'dyn' but found 'string'"],
  ["{'a': 'y', 'b': dyn(1)}", "expected type 'string' but found 'dyn'"],
  ["int('x')", "program instantiation failed: type conversion error from 'string' to 'int'"],
  ["uint(-1)", "program instantiation failed: unsigned integer overflow"],
  ["'a'.find('(')", "program instantiation failed: error parsing regexp: missing closing ): `(`"],
])("CEL-LITERALS: %s does not compile", (source, message) => {
  expect(run(source)).toContain(message);
});

test.each(["'%s %d'.format([self.s, dyn(1)])", "self.s.format([1])", "[[], ['x']]", "int(self.s) == 1 || true"])(
  "CEL-LITERALS: %s does",
  (source) => {
    expect(compiled(source).ok).toBe(true);
  },
);

describe("CEL-VALUES: values are what cel-go makes them", () => {
  test.each([
    ["self.s.indexOf('c', 40)", -1n],
    ["self.s.indexOf('', 40)", 40n],
    ["self.s.lastIndexOf('a', 2)", 0n],
    ["self.s.lastIndexOf('', 99)", 99n],
    ["'abc'.replace('', '-', 2)", "-a-bc"],
    ["strings.quote('\"\\n\\u00e9\\x7f')", '"\\"\\n\u00e9\x7f"'],
    ["string(-0.0)", "-0"],
    ["string(timestamp('2024-01-01T00:00:00+05:30'))", "2024-01-01T00:00:00+05:30"],
    ["string(timestamp('2024-01-01T00:00:00+05:30') + duration('1h'))", "2024-01-01T01:00:00+05:30"],
    ["timestamp('2024-01-01T00:00:00+05:30').getHours()", 18n],
    ["timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", 500n],
    ["timestamp('2024-01-01T12:00:00Z').getHours('+1:5')", 13n],
    ["url('mailto:a@b').getScheme()", "mailto"],
    ["url('http://[::1%25eth0]:80/').getHostname()", "::1%eth0"],
    ["url('http://c/d e%2Ff').getEscapedPath()", "/d%20e/f"],
    ["url('http://c/?q=a&q=;').getQuery()['q'].size()", 1n],
    ["isIP('1.2.3.04') || isIP('::ffff:1.2.3.4')", false],
    ["string(ip('::1.2.3.4'))", "::102:304"],
    ["quantity('1e100').isInteger()", false],
    ["optional.unwrap([optional.of('a'), optional.none()])", ["a"]],
    ["[optional.of('a'), optional.none()].unwrapOpt()", ["a"]],
  ])("%s is %s", (source, value) => {
    expect(run(source)).toEqual(value);
  });
});

test.each(["!has(dyn(null).a)", "!has(dyn(self.s).a)", "!dyn(null).?a.hasValue()"])("%s", (source) => {
  expect(run(source)).toBe(true);
});

describe("what goes wrong is told as cel-go tells it", () => {
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
    const told = [...String(run(source)).matchAll(/<input>:1:(\d+): Syntax error: (.*)/g)];
    expect(told.map(([, at, text]) => `${at}: ${text}`)).toEqual(issues.map((each) => expect.stringContaining(each)));
  });

  test.each([
    ["if (self.i == 1) == 2", "reserved identifier: if"],
    ["b'\\u0041' == b'A'", "unable to unescape string"],
    ["self.`s` == 'a'", "unsupported syntax: '`'"],
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
    // What can hold nothing lacks the member, as a map would.
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
  ])("%s", (source, column, message) => {
    expect(run(source)).toBe(`ERROR: <input>:1:${column}: ${message}\n | ${source}\n | ${".".repeat(column - 1)}^`);
  });

  test("names are bound only where they may be", () => {
    const scope = { variables: new Map([["self", type]]), library: kubernetesLibrary };
    expect(compile("cel.bind(a, 1, a) == 1", scope)).toMatchObject({
      ok: false,
      message: expect.stringContaining("undeclared reference to 'cel' (in container '')"),
    });
  });

  test("a null in a field is as good as no field", () => {
    const nothing = new Map([["self", fromJson({ s: null, m: { x: null } }, type)]]);
    const of = (source: string) => {
      const result = compiled(source);
      return result.ok && result.program.run(nothing);
    };
    expect(of("has(self.s) || self.?s.hasValue()")).toMatchObject({ ok: true, value: false });
    expect(of("self.s == 'a'")).toMatchObject({ ok: false, message: "no such key: s" });
    expect(of("'x' in self.m")).toMatchObject({ ok: true, value: true });
  });

  test("of nothing no line is shown", () => {
    expect(run("")).toMatch(/^ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting .*\}$/);
  });

  test("the place of an issue is in its line", () => {
    expect(run("self.i == 1 &&\n  zz")).toBe(
      "ERROR: <input>:2:3: undeclared reference to 'zz' (in container '')\n |   zz\n | ..^",
    );
  });
});

test("an authorizer's check may be narrowed by selectors", () => {
  const variables = new Map([["authorizer", { kind: "opaque", name: "kubernetes.authorization.Authorizer" } as Type]]);
  const source =
    "authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('a in (b)').check('list').allowed()";
  expect(compile(source, { variables, library: policyLibrary }).ok).toBe(true);
});

describe("no expression holds up the requests of others", () => {
  const chain = (start: string, link: string, times: number) => start + link.repeat(times);
  const bound = (value: string, next: string, times: number) =>
    Array.from({ length: times }, (_, i) => `cel.bind(v${i}, ${i === 0 ? value : next.replaceAll("V", `v${i - 1}`)}, `);
  const doubled = (value: string, next: string, result: string, times: number) =>
    [...bound(value, next, times), result.replaceAll("V", `v${times - 1}`), ")".repeat(times)].join("");

  test.each([
    ["whose macros double its parts", chain("optional.of(1)", ".optMap(x, x)", 60), "more than 200000 parts"],
    ["of a long chain of members", chain("dyn(self)", ".a", 40_000), "expression recursion limit exceeded"],
    ["of a long sum", chain("1", "+1", 40_000), "expression recursion limit exceeded"],
  ])("one %s is refused", (_, source, message) => {
    expect(String(run(source))).toContain(message);
  });

  test("of many issues the first hundred are shown", () => {
    const issues = String(run(`[${"a,".repeat(1000)}]`));
    expect(issues.match(/undeclared/g)).toHaveLength(100);
    expect(issues).toMatch(/\n900 more errors were truncated$/);
  });

  test("types that double with each step are not told apart for long", () => {
    expect(run(doubled("{1: 1}", "{V: V}", "V == V", 60))).toBe(true);
    expect(String(run(`${chain("[{1: 1}]", ".map(x, {x: x})", 60)}[0] == 1`)).length).toBeLessThan(20_000);
  });

  test.each([
    ["compares", doubled("[1]", "[V, V]", `V == ${doubled("[1]", "[V, V]", "V", 40)}`, 40)],
    ["shows", doubled("[1]", "[V, V]", "'%s'.format([V]) == ''", 40)],
    ["makes lists", doubled("[1]", "V + V", "V.size() == 0", 40)],
    ["makes texts of parts", doubled("['0123456789']", "V + V", "V.join(',') == ''", 24)],
    ["makes texts in texts", doubled("'0123456789'", "V.replace('', V)", "V == ''", 12)],
  ])("one that %s without end is given up", (_, source) => {
    expect(run(source)).toMatch(/^operation cancelled: (too much is gone through|the text is too long|actual cost)/);
  });

  test("lists and maps of a whole request are gone through once", () => {
    const items = Array.from({ length: 50_000 }, (_, i) => BigInt(i));
    const program = (source: string) => {
      const result = compile(source, {
        variables: new Map([["l", { kind: "dyn" } as Type]]),
        library: kubernetesLibrary,
      });
      return result.ok ? result.program.run(new Map([["l", items]])) : result;
    };
    expect(program("l.map(x, x).size() == l.size()")).toMatchObject({ ok: true, value: true });
    expect(program("l.filter(x, true).size() == l.size()")).toMatchObject({ ok: true, value: true });
    expect(program("l.transformMap(i, v, v).size() == l.size()")).toMatchObject({ ok: true, value: true });
  });

  test("a chain of any length of && and || is none of calls within calls", () => {
    expect(run(`${"false || ".repeat(5000)}true`)).toBe(true);
    expect(run(`${"true && ".repeat(5000)}1 == 2`)).toBe(false);
  });
});

describe("costs", () => {
  test("an expression that costs more than its limit is given up", () => {
    expect(run("self.l.all(x, self.l.all(y, x == y || x != y))", 20)).toBe(
      "operation cancelled: actual cost limit exceeded",
    );
  });

  test("an estimate grows with what the schema allows, and bounds what runs cost", () => {
    const estimate = (maxItems: number) => {
      const bounded = typeOfSchema(
        { type: "array", maxItems, items: { type: "string", maxLength: 10 } },
        false,
      ) as Type;
      const result = compile("self.all(x, x != 'a')", {
        variables: new Map([["self", bounded]]),
        library: kubernetesLibrary,
      });
      if (!result.ok) return { most: 0, cost: 0 };
      const three = result.program.run(new Map([["self", ["b", "c", "d"]]]));
      return { most: result.program.estimate(), cost: three.cost };
    };
    expect(estimate(100).most).toBeGreaterThan(estimate(10).most * 5);
    expect(estimate(3).most).toBeGreaterThanOrEqual(estimate(3).cost);
  });

  test("what could run away is not searched for", () => {
    expect(run("'ab=c='.findAll('[a-z]*=')")).toEqual(["ab=", "c="]);
    expect(run(`'${"a".repeat(3000)}='.find('.*.*.*=')`)).toContain("cannot be found in bounded time");
  });

  test.each(["(a+)+$", "([a-z]*)*x", "(.*)+="])(
    "a pattern that could run away is matched in linear time: %s",
    (pattern) => {
      const text = `${"a".repeat(5000)}!`;
      expect(run(`'${text}'.matches('${pattern}')`)).toBe(false);
    },
  );

  test.each(["^[a-z]([-a-z0-9]*[a-z0-9])?$", "^(\\\\.[a-z]+)*$", "^([a-z]+\\\\.)*[a-z]+$"])(
    "an ordinary pattern is taken: %s",
    (pattern) => {
      expect(typeof run(`self.s.matches("${pattern}")`)).toBe("boolean");
    },
  );
});

test("what nests too deeply is refused, not overflowed", () => {
  expect(run(`${"(".repeat(5000)}1${")".repeat(5000)} == 1`)).toContain("recursion limit");
  expect(run(`${"!".repeat(5000)}true`)).toContain("recursion limit");
});
