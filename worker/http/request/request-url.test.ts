import { expect, test } from "vitest";
import { pathnameOf, queryOf } from "./request-url.ts";

test.each([
  "https://h/",
  "https://h:6443/api/v1/namespaces/default/pods/a.b-c?watch=1",
  "https://h",
  "https://h?x=/y",
  "https://h/a//b/",
  "https://h/a/../b",
  "https://h/a/%2e%2e/b",
  "https://h/a/.",
  "https://h/a/.well-known/x",
  'https://h/a b/ü"<>`{}|^\\c',
  "https://h/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
  "https://h/a%2Fb?c=%20",
  "https://h/a#b?c",
])("the path of %s equals that of the URL class", (url) => {
  expect(pathnameOf(url)).toBe(new URL(url).pathname);
});

test("parameters with a semicolon or an invalid escape are dropped, as in Go", () => {
  expect([...queryOf("https://h/?limit=1;x=2&a=%zz&b=%4&c=%41&d")]).toEqual([
    ["c", "A"],
    ["d", ""],
  ]);
});

test.each(["https://h/", "https://h/?", "https://h/?a=1&a=2&b=%20+c", "https://h/a?x=y?z"])(
  "the query of %s equals that of the URL class",
  (url) => {
    expect([...queryOf(url)]).toEqual([...new URL(url).searchParams]);
  },
);
