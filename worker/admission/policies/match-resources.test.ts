import { describe, expect, test } from "vitest";
import type { RuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import { builtIn } from "../../kinds/kind-registry.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { matchedRules, matchesSelectors, versionMatched } from "./match-resources.ts";

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
    context: { registry: builtIn, served: builtIn.find("apps", "v1", "deployments") },
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
    expect(versionMatched([rule(more)], "Exact", request()) !== undefined).toBe(expected);
  });

  test("distinguishes subresources", () => {
    const status = request({ subresource: "status" });
    const takes = (resource: string) =>
      versionMatched([rule({ resources: [resource] })], "Exact", status) !== undefined;
    expect(["deployments", "*"].map(takes)).toEqual([false, false]);
    expect(["deployments/status", "deployments/*", "*/status", "*/*"].map(takes)).toEqual([true, true, true, true]);
  });
});

test("excluded resources are not matched, whatever other rules match", () => {
  const resources = { resourceRules: [rule()], excludeResourceRules: [rule({ resources: ["*"] })] };
  expect(matchedRules(resources, request())).toBeUndefined();
});

test("ADM-EQUIVALENT: rules for one version match all versions, unless the match policy is Exact", () => {
  const autoscaling = (version: string) => builtIn.find("autoscaling", version, "horizontalpodautoscalers");
  const rules = [rule({ apiGroups: ["autoscaling"], apiVersions: ["v1"], resources: ["horizontalpodautoscalers"] })];
  const requested = (version: string) =>
    ({ ...request(), context: { registry: builtIn, served: autoscaling(version) } }) as AdmissionRequest;
  expect(versionMatched(rules, "Equivalent", requested("v2"))).toBe(autoscaling("v1"));
  expect(versionMatched(rules, "Equivalent", requested("v1"))).toBe(autoscaling("v1"));
  expect(versionMatched(rules, "Exact", requested("v2"))).toBeUndefined();
  const events = [rule({ apiGroups: [""], resources: ["events"] })];
  const served = builtIn.find("events.k8s.io", "v1", "events");
  const event = { ...request(), context: { registry: builtIn, served } } as AdmissionRequest;
  expect(versionMatched(events, undefined, event)).toBe(builtIn.find("", "v1", "events"));
});

test("selectors apply to the object and to its namespace", async () => {
  const matches = (namespace: object, object: object) =>
    matchesSelectors({ namespaceSelector: namespace, objectSelector: object }, request());
  expect(await matches({}, {})).toBe(true);
  expect(await matches({ matchLabels: { env: "prod" } }, { matchLabels: { tier: "front" } })).toBe(true);
  expect(await matches({ matchLabels: { env: "test" } }, {})).toBe(false);
  expect(await matches({}, { matchLabels: { tier: "back" } })).toBe(false);
});
