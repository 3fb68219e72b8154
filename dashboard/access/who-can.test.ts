import { expect, test } from "vitest";
import { type AccessPolicy, type AccessQuery, kubectlOf, renderRule, whoCan } from "./who-can.ts";

const ada = { kind: "User", name: "ada" };
const robot = { kind: "ServiceAccount", namespace: "shop", name: "robot" };
const everybody = { kind: "Group", name: "everybody" };

const policy: AccessPolicy = {
  clusterRoles: [
    { metadata: { name: "view" }, rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods", "*/log"] }] },
    { metadata: { name: "admin" }, rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }] },
  ],
  roles: [
    {
      metadata: { name: "keys", namespace: "shop" },
      rules: [{ verbs: ["get"], apiGroups: [""], resources: ["secrets"], resourceNames: ["a", "b"] }],
    },
  ],
  roleBindings: [
    { metadata: { name: "keys", namespace: "shop" }, roleRef: { kind: "Role", name: "keys" }, subjects: [robot] },
    {
      metadata: { name: "view", namespace: "shop" },
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [everybody],
    },
    { metadata: { name: "keys", namespace: "other" }, roleRef: { kind: "Role", name: "keys" }, subjects: [everybody] },
  ],
  clusterRoleBindings: [
    { metadata: { name: "root" }, roleRef: { kind: "ClusterRole", name: "admin" }, subjects: [ada] },
  ],
};

const names = (question: Partial<AccessQuery>) =>
  whoCan({ verb: "get", group: "", resource: "pods", namespace: "shop", name: "", ...question }, policy).map(
    ({ subject }) => subject.name,
  );

test.each<[Partial<AccessQuery>, string[]]>([
  [{}, ["ada", "everybody"]],
  [{ namespace: "" }, ["ada"]],
  [{ namespace: "other" }, ["ada"]],
  [{ verb: "delete" }, ["ada"]],
  [{ group: "apps", resource: "deployments" }, ["ada"]],
  [{ resource: "pods/log" }, ["ada", "everybody"]],
  [{ resource: "pods/exec" }, ["ada"]],
  [{ resource: "secrets" }, ["ada", "robot"]],
  [{ resource: "secrets", name: "a" }, ["ada", "robot"]],
  [{ resource: "secrets", name: "c" }, ["ada"]],
])("the subjects who can do %j are %j", (question, expected) => {
  expect(names(question)).toEqual(expected);
});

test("a grant has its binding, role and rule", () => {
  const [, grant] = whoCan({ verb: "get", group: "", resource: "secrets", namespace: "shop", name: "" }, policy);
  expect(grant).toMatchObject({
    binding: { kind: "RoleBinding", namespace: "shop", name: "keys" },
    role: { kind: "Role", namespace: "shop", name: "keys" },
    onlyNames: ["a", "b"],
  });
  expect(renderRule(grant?.rule ?? { verbs: [] })).toBe("get on secrets of the core group; only a, b");
});

test("a question is also shown as a kubectl command", () => {
  expect(kubectlOf({ verb: "create", group: "apps", resource: "deployments/scale", namespace: "a", name: "web" })).toBe(
    "kubectl auth can-i create deployments.apps/web --subresource=scale -n a --as=SOMEBODY",
  );
});
