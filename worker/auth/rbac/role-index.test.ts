import { expect, test } from "vitest";
import type { ClusterRole, RoleBinding, Subject } from "../../../api/generated/rbac.v1.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { PolicySnapshot } from "../../policy/snapshot.ts";
import { grantsOf, roleIndex } from "./role-index.ts";

const RBAC = "rbac.authorization.k8s.io";
const ROLE_BINDINGS = `rolebindings.${RBAC}` as GroupResource;
const role: ClusterRole = { metadata: { name: "view" }, rules: [{ verbs: ["get"] }] };

function binding(namespace: string, name: string, users: readonly string[]): RoleBinding {
  const subjects = users.map((user): Subject => ({ kind: "User", apiGroup: RBAC, name: user }));
  return { metadata: { namespace, name }, roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "view" }, subjects };
}

const snapshotOf = (bindings: readonly RoleBinding[]) =>
  new PolicySnapshot(
    1 as Revision,
    new Map([
      [`clusterroles.${RBAC}` as GroupResource, new Map([["/view", role]])],
      [
        ROLE_BINDINGS,
        new Map(bindings.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each] as const)),
      ],
    ]),
  );

const texts = (policy: PolicySnapshot, name: string, namespace: string) =>
  [...grantsOf(policy, { name, groups: [] }, namespace)].map((grant) => grant.describe());

test("AUTHZ-RBAC: bindings of few and of many subjects grant alike, in their namespace only", () => {
  const many = Array.from({ length: 50 }, (_, i) => `u${i}`);
  const policy = snapshotOf([binding("a", "few", ["u7"]), binding("a", "many", many), binding("b", "other", ["u7"])]);
  const told = (name: string) => `RoleBinding "${name}/a" of ClusterRole "view" to User "u7"`;
  expect(texts(policy, "u7", "a")).toEqual([told("few"), told("many")]);
  expect(texts(policy, "u49", "a")).toHaveLength(1);
  expect(texts(policy, "u7", "c")).toEqual([]);
});

test("AUTHZ-RBAC: a change does not index the subjects of other bindings again", () => {
  let read = 0;
  const counted = (name: string, namespace: string) => {
    const made = binding(
      namespace,
      name,
      Array.from({ length: 1000 }, (_, i) => `u${i}`),
    );
    const { subjects } = made;
    return Object.defineProperty(made, "subjects", {
      get: () => {
        read++;
        return subjects;
      },
    });
  };
  const [same, elsewhere] = [counted("same", "a"), counted("elsewhere", "b")];
  const first = roleIndex(snapshotOf([same, elsewhere, binding("a", "x", ["u1"])]), undefined);
  const policy = snapshotOf([same, elsewhere, binding("a", "x", ["u1"])]);
  expect(texts(policy, "u1", "a")).toHaveLength(2);
  expect(read).toBeLessThan(10);
  read = 0;
  expect(roleIndex(policy, first).get("b")).toBe(first.get("b"));
  expect(read).toBe(0);
  const changed = snapshotOf([same, elsewhere, binding("a", "x", ["u2"])]);
  expect(roleIndex(changed, first).get("a")).not.toBe(first.get("a"));
});
