import { expect, test } from "vitest";
import { reconciledRole } from "./reconcile-role.ts";
import { AUTO_UPDATE } from "./roles/index.ts";

const rule = (resource: string, ...verbs: string[]) => ({ verbs, apiGroups: [""], resources: [resource] });
const role = (rules: object[], autoupdate = "true") =>
  ({
    kind: "ClusterRole",
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name: "r", annotations: { [AUTO_UPDATE]: autoupdate } },
    rules,
  }) as never;
const subject = (name: string) => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name });
const binding = (...names: string[]) =>
  ({ metadata: { name: "b", annotations: { [AUTO_UPDATE]: "true" } }, subjects: names.map(subject) }) as never;

const wanted = role([rule("pods", "get", "list"), rule("nodes", "get")]);
const reconciled = (stored: unknown, of = wanted) => reconciledRole(of, JSON.stringify(stored)) as unknown;

test("an unchanged default role is left alone, and so is one with additional rules", () => {
  expect(reconciled(wanted)).toBeUndefined();
  expect(reconciled(role([rule("nodes", "get", "patch"), rule("pods", "*")]))).toBeUndefined();
});

test("GRANT-DEFAULTS: a default role gets back missing rules, and keeps added ones", () => {
  const added = rule("secrets", "get");
  expect(reconciled(role([added, rule("pods", "get")]))).toMatchObject({
    rules: [added, rule("pods", "get"), rule("pods", "get", "list"), rule("nodes", "get")],
  });
});

test("a role with autoupdate turned off is not updated", () => {
  expect(reconciled(role([], "false"))).toBeUndefined();
});

test("a default binding gets back its subjects", () => {
  expect(reconciled(binding("jo"), binding("ann", "jo"))).toMatchObject({ subjects: [subject("jo"), subject("ann")] });
  expect(reconciled(binding("jo", "ann"), binding("ann", "jo"))).toBeUndefined();
});
