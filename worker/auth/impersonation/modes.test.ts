import { expect, test } from "vitest";
import { type Attributes, isResource } from "../attributes.ts";
import type { User } from "../user.ts";
import { type Mode, modesFor, type Need } from "./modes.ts";

const pods: Attributes = {
  verb: "list",
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "ns",
  name: "",
};
const jo: User = { name: "jo", groups: [] };
const agent: User = {
  name: "system:serviceaccount:kube-system:agent",
  groups: [],
  extra: { "authentication.kubernetes.io/node-name": ["n1"] },
};

const withNodes = (...nodes: string[]): User => ({
  ...agent,
  extra: { "authentication.kubernetes.io/node-name": nodes },
});

const modes = (wanted: Partial<User>, requestor = jo): Mode[] =>
  modesFor({ requestor, wanted: { name: "", groups: [], ...wanted }, attributes: pods });

const print = ({ attributes, refused }: Need): string => {
  if (!isResource(attributes)) return `${attributes.verb} ${attributes.path}`;
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = `${resource}${subresource === "" ? "" : `/${subresource}`}${group === "" ? "" : `.${group}`}`;
  return [verb, what, namespace, name, refused].filter((part) => part).join(" ");
};
const needs = (mode: Mode | undefined) => mode?.needs.map((alike) => alike.map(print).join(" or "));

test.each([
  ["jo", jo, ["impersonate:user-info", undefined]],
  ["system:node:n1", jo, ["impersonate:arbitrary-node", undefined]],
  ["system:node:n1", agent, ["impersonate:associated-node", "impersonate:arbitrary-node", undefined]],
  ["system:node:n2", agent, ["impersonate:arbitrary-node", undefined]],
  ["system:node:n1", withNodes("n1", "n1"), ["impersonate:arbitrary-node", undefined]],
  ["system:node:n1", { ...agent, name: "jo" }, ["impersonate:arbitrary-node", undefined]],
  ["jo", withNodes(), ["impersonate:user-info", undefined]],
  ["system:node:No", jo, ["impersonate:user-info", undefined]],
  ["system:serviceaccount:ns:bot", jo, ["impersonate:serviceaccount", undefined]],
  ["system:serviceaccount:ns:bot:x", jo, ["impersonate:user-info", undefined]],
  ["system:serviceaccount:ns:Bot", jo, ["impersonate:user-info", undefined]],
  ["system:serviceaccount:Ns:bot", jo, ["impersonate:user-info", undefined]],
])("AUTH-AS-MODE: %s may be impersonated by %o under %j", (name, requestor, constraints) => {
  expect(modes({ name }, requestor).map(({ constraint }) => constraint)).toEqual(constraints);
});

test("AUTH-AS-MODE: nodes and service accounts are impersonated by name only, or without constraints", () => {
  for (const name of ["system:node:n1", "system:serviceaccount:ns:bot"])
    for (const more of [{ uid: "7" }, { groups: ["g"] }, { extra: { "a.b/c": ["d"] } }])
      expect(modes({ name, ...more }, agent).map(({ constraint }) => constraint)).toEqual([undefined]);
});

test("AUTH-AS: implied groups are added", () => {
  const groups = (wanted: Partial<User>) => modes(wanted).map(({ user }) => user.groups);
  for (const name of ["jo", "system:anonymous"])
    expect(groups({ name, groups: ["system:unauthenticated"] })).toEqual(Array(2).fill(["system:unauthenticated"]));
  expect(groups({ name: "jo", groups: ["system:authenticated"] })).toEqual(Array(2).fill(["system:authenticated"]));
  const ofBot = ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"];
  expect(groups({ name: "jo", groups: ["g"] })).toEqual(Array(2).fill(["g", "system:authenticated"]));
  expect(groups({ name: "system:anonymous" })).toEqual(Array(2).fill(["system:unauthenticated"]));
  expect(groups({ name: "system:serviceaccount:ns:bot" })).toEqual([ofBot, ofBot]);
  expect(groups({ name: "system:serviceaccount:ns:bot", groups: ["g"] })).toEqual([["g", "system:authenticated"]]);
  expect(groups({ name: "system:node:n1" })).toEqual([
    ["system:nodes", "system:authenticated"],
    ["system:authenticated"],
  ]);
});

test("AUTH-AS: the request acts as the user, with the uid and the extras, that were asked for, and no others", () => {
  const wanted = { name: "jo", uid: "7", groups: ["g"], extra: { "a.b/c": ["d"] } };
  const acting = { ...wanted, groups: ["g", "system:authenticated"] };
  expect(modes(wanted, agent).map(({ user }) => user)).toEqual([acting, acting]);
});

test("AUTH-AS: without a constraint each user, uid, group and extra must be allowed by itself", () => {
  const wanted = {
    name: "system:serviceaccount:ns:bot",
    uid: "7",
    groups: ["g", "h"],
    extra: { scopes: ["view"] },
  };
  expect(needs(modes(wanted).at(-1))).toEqual([
    "impersonate serviceaccounts ns bot",
    "impersonate uids.authentication.k8s.io 7",
    "impersonate groups g",
    "impersonate groups h",
    "impersonate userextras/scopes.authentication.k8s.io view",
  ]);
  expect(needs(modes({ name: "system:node:n1" }).at(-1))).toEqual(["impersonate users system:node:n1"]);
});

test("AUTH-AS-MODE: under a constraint the request itself must be allowed for such users, too", () => {
  const wanted = { name: "jo", uid: "7", groups: ["g"], extra: { "a.b/c": ["d"] } };
  expect(needs(modes(wanted)[0])).toEqual([
    "impersonate-on:user-info:list pods ns",
    "impersonate:user-info users.authentication.k8s.io jo",
    "impersonate:user-info uids.authentication.k8s.io 7",
    "impersonate:user-info groups.authentication.k8s.io g",
    "impersonate:user-info userextras/a.b/c.authentication.k8s.io d",
  ]);
  expect(needs(modes({ name: "system:node:n1" }, agent)[0])).toEqual([
    "impersonate-on:associated-node:list pods ns",
    "impersonate:associated-node nodes.authentication.k8s.io *",
  ]);
  expect(needs(modes({ name: "system:node:n1" })[0])?.[1]).toBe(
    "impersonate:arbitrary-node nodes.authentication.k8s.io n1",
  );
  expect(needs(modes({ name: "system:serviceaccount:ns:bot" })[0])?.[1]).toBe(
    "impersonate:serviceaccount serviceaccounts.authentication.k8s.io ns bot",
  );
});

test("AUTH-AS: four or more of a kind can be allowed by one wildcard check", () => {
  const values = ["a", "b", "c", "d"];
  expect(needs(modes({ name: "jo", groups: values })[0])?.at(-1)).toBe(
    ["*", ...values].map((name) => `impersonate:user-info groups.authentication.k8s.io ${name}`).join(" or "),
  );
  expect(needs(modes({ name: "jo", extra: { "a.b/c": values } })[0])?.at(-1)).toContain(
    "impersonate:user-info userextras/*.authentication.k8s.io * or",
  );
});

test.each<[Partial<User>, string]>([
  [
    { groups: ["system:masters"] },
    "groups.authentication.k8s.io system:masters impersonating the system:masters group is not allowed",
  ],
  [{ groups: ["g", ""] }, "groups.authentication.k8s.io impersonating the empty string group is not allowed"],
  [{ extra: { "": ["view"] } }, "impersonating the empty string key in extra is not allowed"],
  [{ extra: { "a.b/C": ["view"] } }, 'impersonating a non-lowercase key in extra is not allowed: "a.b/C"'],
  [
    { extra: { scopes: ["view"] } },
    'impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [{ extra: { "a.b/c": [""] } }, "impersonating the empty string value in extra is not allowed"],
])("AUTH-AS-MODE: %j is never allowed under a constraint", (wanted, why) => {
  expect(needs(modes({ name: "jo", ...wanted })[0])?.some((need) => need.endsWith(why))).toBe(true);
  expect(needs(modes({ name: "jo", ...wanted })[1])?.some((need) => need.includes("not allowed"))).toBe(false);
});
