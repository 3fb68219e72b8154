import { expect, test } from "vitest";
import { impersonationOf } from "./impersonate.ts";

const asked = (headers: Record<string, string>) => impersonationOf(new Headers(headers));
const refusal = (headers: Record<string, string>): string => {
  try {
    asked(headers);
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};

const users: readonly (readonly [Record<string, string>, object])[] = [
  [{ "Impersonate-User": "jo" }, { name: "jo", groups: ["system:authenticated"] }],
  [
    { "Impersonate-User": "jo", "Impersonate-Group": "a, b,c", "Impersonate-Uid": "7" },
    { name: "jo", uid: "7", groups: ["a", "b,c", "system:authenticated"] },
  ],
  [
    { "Impersonate-User": "jo", "Impersonate-Extra-Acme.com%2Fproject": "x, y" },
    { name: "jo", groups: ["system:authenticated"], extra: { "acme.com/project": ["x", "y"] } },
  ],
  [
    { "Impersonate-User": "system:serviceaccount:ns:bot" },
    {
      name: "system:serviceaccount:ns:bot",
      groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
    },
  ],
  [
    { "Impersonate-User": "system:serviceaccount:ns:bot", "Impersonate-Group": "g" },
    { name: "system:serviceaccount:ns:bot", groups: ["g", "system:authenticated"] },
  ],
  [{ "Impersonate-User": "system:anonymous" }, { name: "system:anonymous", groups: ["system:unauthenticated"] }],
];

test.each(users)("%j asks for %j", (headers, user) => {
  expect(asked(headers)?.user).toEqual(user);
});

test("AUTH-AS: each user, group, extra and uid must be allowed by itself", () => {
  const needs = asked({
    "Impersonate-User": "system:serviceaccount:ns:bot",
    "Impersonate-Group": "g, h",
    "Impersonate-Extra-Scopes": "view",
    "Impersonate-Uid": "7",
  })?.needs.map(({ verb, group, resource, subresource, namespace, name }) =>
    [verb, group, resource, subresource, namespace, name].join(" "),
  );
  expect(needs).toEqual([
    "impersonate  serviceaccounts  ns bot",
    "impersonate  groups   g",
    "impersonate  groups   h",
    "impersonate authentication.k8s.io userextras scopes  view",
    "impersonate authentication.k8s.io uids   7",
  ]);
});

test("nobody is asked for without a name", () => {
  expect(asked({})).toBeUndefined();
  expect(refusal({ "Impersonate-Group": "g" })).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
  );
  expect(refusal({ "Impersonate-Uid": "7", "Impersonate-Extra-Scopes": "view" })).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"7", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"view"}}} without impersonating a user name',
  );
});
