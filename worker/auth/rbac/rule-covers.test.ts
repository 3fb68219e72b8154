import { expect, test } from "vitest";
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { describeRules, missingRules, partsOf } from "./rule-covers.ts";

const rule = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: verbs.split(","),
  apiGroups: groups.split(","),
  resources: resources.split(","),
  ...(names === undefined ? {} : { resourceNames: names.split(",") }),
});
const paths = (verbs: string, urls: string): PolicyRule => ({
  verbs: verbs.split(","),
  nonResourceURLs: urls.split(","),
});

const cases: readonly (readonly [string, PolicyRule[], PolicyRule[], string])[] = [
  ["the same rights", [rule("get", "", "pods")], [rule("get", "", "pods")], ""],
  [
    "one verb too many",
    [rule("get", "", "pods")],
    [rule("get,list", "", "pods")],
    '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
  ],
  [
    "another group",
    [rule("get", "", "secrets")],
    [rule("get", ",acme.io", "secrets")],
    '{APIGroups:["acme.io"], Resources:["secrets"], Verbs:["get"]}',
  ],
  [
    "another resource",
    [rule("get", "", "pods")],
    [rule("get", "", "pods,secrets")],
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
  ],
  [
    "rights put together from two rules",
    [rule("get", "", "pods"), rule("list", "", "pods")],
    [rule("get,list", "", "pods")],
    "",
  ],
  ["all of a name, by all names", [rule("get", "", "secrets")], [rule("get", "", "secrets", "a,b")], ""],
  [
    "all names, by one",
    [rule("get", "", "secrets", "a")],
    [rule("get", "", "secrets")],
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
  ],
  [
    "another name",
    [rule("get", "", "secrets", "a")],
    [rule("get", "", "secrets", "a,b")],
    '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
  ],
  [
    "a subresource, by the resource",
    [rule("get", "", "pods")],
    [rule("get", "", "pods/log")],
    '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}',
  ],
  ["a subresource, by that of all", [rule("get", "*", "*/scale")], [rule("get", "apps", "deployments/scale")], ""],
  [
    "everything, by all that was thought of",
    [rule("get,list", "", "pods")],
    [rule("*", "*", "*")],
    '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
  ],
  ["anything, by everything", [rule("*", "*", "*")], [rule("use", "x", "y/z", "n")], ""],
  ["paths below one", [paths("get", "/apis/*")], [paths("get", "/apis/apps,/apis/*")], ""],
  [
    "paths, by resources",
    [rule("*", "*", "*")],
    [paths("get", "/metrics")],
    '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
  ],
];

test.each(cases)("AUTHZ-RBAC: %s", (_, held, requested, missing) => {
  expect(describeRules(missingRules(held, requested))).toBe(missing);
});

test("missing permissions are listed with one line for each group, resource and name, with verbs together", () => {
  const missing = missingRules([], [rule("get,list", ",apps", "b,a"), paths("get,post", "/x")]);
  expect(describeRules(missing)).toBe(
    [
      '{APIGroups:[""], Resources:["a"], Verbs:["get" "list"]}',
      '{APIGroups:[""], Resources:["b"], Verbs:["get" "list"]}',
      '{APIGroups:["apps"], Resources:["a"], Verbs:["get" "list"]}',
      '{APIGroups:["apps"], Resources:["b"], Verbs:["get" "list"]}',
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
      '{NonResourceURLs:["/x"], Verbs:["post"]}',
    ].join("\n"),
  );
});

test.each([
  [2 * 3 * 4 * 5, rule("a,b", "c,d,e", "f,g,h,i", "j,k,l,m,n")],
  [2 * 3 * 4, rule("a,b", "c,d,e", "f,g,h,i")],
  [2 * 3, paths("a,b", "/c,/d,/e")],
])("a rule has %i parts", (parts, each) => {
  expect(missingRules([], [each])).toHaveLength(parts);
  expect(partsOf([each, each])).toBe(2 * parts);
});
