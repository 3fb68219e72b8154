import { describe, expect, test } from "vitest";
import type { RuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { matchesRule, matchesRules, matchesSelectors } from "./match-resources.ts";

const rule = (more: Partial<RuleWithOperations> = {}): RuleWithOperations => ({
  operations: ["CREATE"],
  apiGroups: ["apps"],
  apiVersions: ["v1"],
  resources: ["deployments"],
  ...more,
});

const request = (more: Partial<Pick<AdmissionRequest, "operation" | "subresource" | "object">> = {}) =>
  ({
    operation: "CREATE",
    subresource: "",
    namespace: "default",
    name: "web",
    object: { metadata: { name: "web", labels: { tier: "front" } } },
    old: undefined,
    reads: { object: async () => ({ metadata: { name: "default", labels: { env: "prod" } } }) },
    context: {
      served: {
        resource: { group: "apps", version: "v1", plural: "deployments", kind: "Deployment", scope: "Namespaced" },
      },
    },
    ...more,
  }) as unknown as AdmissionRequest;

describe("a rule", () => {
  test.each<[string, Partial<RuleWithOperations>, boolean]>([
    ["names the resource", {}, true],
    ["takes any", { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }, true],
    ["is of another operation", { operations: ["DELETE"] }, false],
    ["is of another group", { apiGroups: [""] }, false],
    ["is of cluster objects", { scope: "Cluster" }, false],
    ["is of a subresource", { resources: ["deployments/status"] }, false],
    ["takes all with their subresources", { resources: ["*/*"] }, true],
  ])("that %s", (_, more, expected) => {
    expect(matchesRule(rule(more), request())).toBe(expected);
  });

  test("names subresources apart", () => {
    const status = request({ subresource: "status" });
    const takes = (resource: string) => matchesRule(rule({ resources: [resource] }), status);
    expect(["deployments", "*"].map(takes)).toEqual([false, false]);
    expect(["deployments/status", "deployments/*", "*/status", "*/*"].map(takes)).toEqual([true, true, true, true]);
  });
});

test("what is excluded is not matched, whatever else says so", () => {
  expect(matchesRules({ resourceRules: [rule()], excludeResourceRules: [rule({ resources: ["*"] })] }, request())).toBe(
    false,
  );
});

test("selectors look at the object and at its namespace", async () => {
  const matches = (namespace: object, object: object) =>
    matchesSelectors({ namespaceSelector: namespace, objectSelector: object }, request());
  expect(await matches({}, {})).toBe(true);
  expect(await matches({ matchLabels: { env: "prod" } }, { matchLabels: { tier: "front" } })).toBe(true);
  expect(await matches({ matchLabels: { env: "test" } }, {})).toBe(false);
  expect(await matches({}, { matchLabels: { tier: "back" } })).toBe(false);
});
