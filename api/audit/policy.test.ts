import { describe, expect, test } from "vitest";
import { type Audited, type AuditRule, auditRule, parseAuditPolicy } from "./policy.ts";

const pods = { group: "", resource: "pods", subresource: "", namespace: "default", name: "p" };
const requested = (over: Partial<Audited> = {}): Audited => ({
  user: "ann",
  groups: ["dev", "system:authenticated"],
  verb: "get",
  path: "/api/v1/namespaces/default/pods/p",
  resource: pods,
  ...over,
});
const { resource: _, ...plainPath } = requested({ path: "/healthz/ping" });

describe("AUDIT-POLICY: a rule", () => {
  const cases: readonly [string, Omit<AuditRule, "level">, Audited, boolean][] = [
    ["without conditions matches all", {}, requested(), true],
    ["names users", { users: ["bob"] }, requested(), false],
    ["names groups, of which one is enough", { userGroups: ["ops", "dev"] }, requested(), true],
    ["names verbs", { verbs: ["list", "get"] }, requested(), true],
    ["with resources matches no other path", { resources: [{ group: "" }] }, plainPath, false],
    ["with a group alone matches all in it", { resources: [{ group: "" }] }, requested(), true],
    ["of another group", { resources: [{ group: "apps" }] }, requested(), false],
    ["with a resource", { resources: [{ resources: ["pods"] }] }, requested(), true],
    [
      "with a resource leaves its subresources out",
      { resources: [{ resources: ["pods"] }] },
      requested({ resource: { ...pods, subresource: "exec" } }),
      false,
    ],
    [
      "with pods/* takes them in",
      { resources: [{ resources: ["pods/*"] }] },
      requested({ resource: { ...pods, subresource: "exec" } }),
      true,
    ],
    [
      "with */exec",
      { resources: [{ resources: ["*/exec"] }] },
      requested({ resource: { ...pods, subresource: "exec" } }),
      true,
    ],
    ["with names", { resources: [{ resources: ["pods"], resourceNames: ["q"] }] }, requested(), false],
    ["with namespaces", { namespaces: ["kube-system"] }, requested(), false],
    [
      "with a namespace for cluster-scoped resources",
      { namespaces: [""] },
      requested({ resource: { ...pods, namespace: "" } }),
      true,
    ],
    ["with paths matches no resource", { nonResourceURLs: ["/api*"] }, requested(), false],
    ["with a path that ends in a star", { nonResourceURLs: ["/healthz*"] }, plainPath, true],
    ["with another path", { nonResourceURLs: ["/healthz"] }, plainPath, false],
  ];
  test.each(cases)("%s", (_title, rule, audited, matches) => {
    const policy = { rules: [{ level: "Request" as const, ...rule }] };
    expect(auditRule(policy, audited) !== undefined).toBe(matches);
  });

  test("takes effect if it is the first that matches", () => {
    const rules = [{ level: "None" as const, users: ["ann"] }, { level: "Metadata" as const }];
    expect(auditRule({ rules }, requested())?.level).toBe("None");
    expect(auditRule({ rules }, requested({ user: "bob" }))?.level).toBe("Metadata");
  });
});

describe("a policy is refused", () => {
  const of = (...rules: unknown[]) => ({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules });
  const cases: readonly [string, unknown, string][] = [
    ["that is none", [], "an audit policy is an object"],
    ["of another version", { ...of({}), apiVersion: "audit.k8s.io/v1beta1" }, "apiVersion audit.k8s.io/v1"],
    ["without rules", of(), "rules:"],
    ["with a level that is not known", of({ level: "All" }), "rules[0].level"],
    ["with a field that is not known", of({ level: "None", user: ["a"] }), "rules[0].user: is not known"],
    ["with a text for a list", of({ level: "None", users: "a" }), "rules[0].users: is a list"],
    ["with paths and resources", of({ level: "None", nonResourceURLs: ["/"], namespaces: ["a"] }), "go with neither"],
    ["with a resource of no form", of({ level: "None", resources: ["pods"] }), "rules[0].resources[0]"],
  ];
  test.each(cases)("%s", (_title, policy, why) => {
    expect(parseAuditPolicy(policy)).toEqual({ ok: false, message: expect.stringContaining(why) });
  });
});
