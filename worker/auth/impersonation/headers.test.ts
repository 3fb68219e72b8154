import { expect, test } from "vitest";
import { wantedUser } from "./headers.ts";

const requested = (headers: Record<string, string>) => wantedUser(new Headers(headers));
const refusal = (headers: Record<string, string>): string => {
  try {
    requested(headers);
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};

const users: readonly (readonly [Record<string, string>, object])[] = [
  [{ "Impersonate-User": "jo" }, { name: "jo", groups: [] }],
  [
    { "Impersonate-User": "jo", "Impersonate-Group": "a, b,c", "Impersonate-Uid": "7" },
    { name: "jo", uid: "7", groups: ["a", "b,c"] },
  ],
  [
    { "Impersonate-User": "jo", "Impersonate-Extra-Acme.com%2Fproject": "x, y" },
    { name: "jo", groups: [], extra: { "acme.com/project": ["x", "y"] } },
  ],
];

test.each(users)("headers %j impersonate %j", (headers, user) => {
  expect(requested(headers)).toEqual(user);
});

test("an extra key that objects have a member of is one like all others", () => {
  const user = requested({ "Impersonate-User": "jo", "Impersonate-Extra-__proto__": "x" });
  expect(Object.entries(user?.extra ?? {})).toEqual([["__proto__", ["x"]]]);
});

test("impersonation requires a user name", () => {
  expect(requested({})).toBeUndefined();
  expect(requested({ "Impersonate-User": "", "Impersonate-Uid": "" })).toBeUndefined();
  for (const header of ["Impersonate-Uid", "Impersonate-Group", "Impersonate-Extra-Scopes"])
    expect(refusal({ [header]: "x" })).toMatch(/^requested .* without impersonating a user name$/);
  expect(refusal({ "Impersonate-Group": "g" })).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
  );
  expect(refusal({ "Impersonate-Uid": "7", "Impersonate-Extra-Scopes": "view" })).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"7", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"view"}}} without impersonating a user name',
  );
});
