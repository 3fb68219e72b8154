import { expect, test } from "vitest";
import { type AccessPolicy, type AccessQuery, type Grant, isSystem, kubectlOf, renderRule, whoCan } from "./who-can.ts";

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

test("of several rules that allow it, the one for all names is shown", () => {
  const rule = { verbs: ["get"], apiGroups: [""], resources: ["secrets"] };
  const clusterRoles = [{ metadata: { name: "admin" }, rules: [{ ...rule, resourceNames: ["a"] }, rule] }];
  const question = { verb: "get", group: "", resource: "secrets", namespace: "", name: "" };
  expect(whoCan(question, { ...policy, clusterRoles })).toMatchObject([{ onlyNames: [] }]);
});

test.each<[boolean, string, string, string?]>([
  [true, "User", "system:kube-scheduler"],
  [true, "Group", "system:nodes"],
  [true, "ServiceAccount", "namespace-controller", "kube-system"],
  [true, "User", "system:serviceaccount:kube-system:namespace-controller"],
  [true, "Group", "system:serviceaccounts:kube-system"],
  [false, "User", "ada"],
  [false, "ServiceAccount", "robot", "shop"],
  [false, "User", "system:anonymous"],
  [false, "User", "system:serviceaccount:shop:robot"],
  [false, "Group", "system:authenticated"],
  [false, "Group", "system:unauthenticated"],
  [false, "Group", "system:serviceaccounts"],
  [false, "Group", "system:serviceaccounts:shop"],
])("it is %s that a %s called %s is a part of the cluster", (expected, kind, name, namespace) => {
  expect(isSystem({ subject: { kind, name, ...(namespace && { namespace }) } } as Grant)).toBe(expected);
});

test("a question is also shown as a kubectl command", () => {
  expect(kubectlOf({ verb: "create", group: "apps", resource: "deployments/scale", namespace: "a", name: "web" })).toBe(
    "kubectl auth can-i create deployments.apps/web --subresource=scale -n a --as=SOMEBODY",
  );
});
