import { describe, expect, test } from "vitest";
import { parseRequestUrl, parseUrl, queryValues, splitHost } from "./go-url.ts";

const NONE = { scheme: "", user: undefined, host: "", escapedPath: "", query: "", fragment: "" };

describe("a URL parsed as in Go", () => {
  test.each([
    [
      "https://user:pw@Ex.com:8080/p/a?x=1#f",
      { scheme: "https", user: "user:pw", host: "Ex.com:8080", escapedPath: "/p/a", query: "x=1", fragment: "f" },
    ],
    ["HTTP:/p", { scheme: "http", escapedPath: "/p" }],
    ["mailto:a@b?c", { scheme: "mailto", query: "c" }],
    ["//h/x", { host: "h", escapedPath: "/x" }],
    ["ftp://a:1:2/", { scheme: "ftp", host: "a:1:2", escapedPath: "/" }],
    ['http://a%C3%A9/é "', { scheme: "http", host: "aé", escapedPath: "/%C3%A9%20%22" }],
    ["a/b:c", { escapedPath: "a/b:c" }],
  ])("%s has the parts %j", (text, url) => {
    expect(parseUrl(text)).toEqual({ ...NONE, ...url });
  });

  test.each([
    ["", "empty url"],
    ["x", "invalid URI for request"],
    [":x", "missing protocol scheme"],
    ["1x:", "invalid URI for request"],
    ["http://a/\n", "net/url: invalid control character in URL"],
    ["http://a:b/", 'invalid port ":b" after host'],
    ["http://a:1:2/", 'invalid port ":1:2" after host'],
    ["http://a/%zz", 'invalid URL escape "%zz"'],
    ["http://a/%", 'invalid URL escape "%"'],
    ["http://a%41b/", 'invalid URL escape "%41"'],
    ["http://a b/", 'invalid character " " in host name'],
    ["http://u r@h/", "net/url: invalid userinfo"],
    ["http://[::1/", "missing ']' in host"],
    ["http://x[::1]/", "invalid IP-literal"],
    ["http://[1.2.3.4]/", "invalid IP-literal"],
    ["http://[zz]/", 'invalid host: ParseAddr("zz"): unable to parse IP'],
  ])("%s is not valid in a request", (text, why) => {
    expect(parseRequestUrl(text)).toBe(`parse ${JSON.stringify(text)}: ${why}`);
  });

  test("a reference may be relative if nothing in it looks like a scheme", () => {
    expect(parseUrl("1x:y/b")).toBe('parse "1x:y/b": first path segment in URL cannot contain colon');
  });

  test("the port follows the last colon, if it is valid", () => {
    expect(splitHost("h:80")).toEqual(["h", "80"]);
    expect(splitHost("[::1]:")).toEqual(["::1", ""]);
    expect(splitHost("[::1]")).toEqual(["::1", ""]);
  });

  test("parameters that Go cannot parse are dropped", () => {
    expect([...queryValues("a=1&a=2+3&b&=c&x=;&y=%zz&z=%41")]).toEqual([
      ["a", ["1", "2 3"]],
      ["b", [""]],
      ["", ["c"]],
      ["z", ["A"]],
    ]);
  });
});
