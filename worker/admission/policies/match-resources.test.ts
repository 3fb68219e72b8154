import { describe, expect, test } from "vitest";
import type { RuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import { builtIn } from "../../kinds/kind-registry.ts";
import type { AdmissionRequest } from "../plugin.ts";
import {
  isBeyondPolicies,
  isBeyondWebhooks,
  matchedRules,
  matchesSelectors,
  namespaceOf,
  versionMatched,
} from "./match-resources.ts";

const rule = (more: Partial<RuleWithOperations> = {}): RuleWithOperations => ({
  operations: ["CREATE"],
  apiGroups: ["apps"],
  apiVersions: ["v1"],
  resources: ["deployments"],
  ...more,
});

const request = (
  more: Partial<Pick<AdmissionRequest, "operation" | "subresource" | "object" | "old" | "context">> = {},
) =>
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

const about = (group: string, plural: string, version = "v1") =>
  ({ registry: builtIn, served: builtIn.find(group, version, plural) }) as AdmissionRequest["context"];

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

  test.each<[RuleWithOperations["scope"], boolean, boolean, boolean]>([
    // Deployments, nodes, namespaces
    [undefined, true, true, true],
    ["*", true, true, true],
    ["Namespaced", true, false, false],
    ["Cluster", false, true, true],
  ])("of the scope %j takes namespaced objects: %j, nodes: %j, namespaces: %j", (scope, ...expected) => {
    const any = rule({ apiGroups: ["*"], resources: ["*"], ...(scope && { scope }) });
    const taken = [about("apps", "deployments"), about("", "nodes"), about("", "namespaces")].map(
      (context) => versionMatched([any], "Exact", request({ context })) !== undefined,
    );
    expect(taken).toEqual(expected);
  });

  test("that names objects takes no others", () => {
    const taken = (resourceNames: string[]) =>
      versionMatched([{ ...rule(), resourceNames }], "Exact", request()) !== undefined;
    expect([[], ["web"], ["api", "web"], ["api"]].map(taken)).toEqual([true, true, true, false]);
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

test("without rules everything that is not excluded is matched", () => {
  expect(matchedRules(undefined, request())).toBe(builtIn.find("apps", "v1", "deployments"));
  expect(matchedRules({ excludeResourceRules: [rule()] }, request())).toBeUndefined();
  expect(matchedRules({ resourceRules: [rule({ operations: ["UPDATE"] }), rule()] }, request())).toBeDefined();
  expect(matchedRules({ resourceRules: [rule({ operations: ["UPDATE"] })] }, request())).toBeUndefined();
});

test.each([
  ["apps", "deployments", false, false],
  ["admissionregistration.k8s.io", "validatingadmissionpolicies", true, true],
  ["admissionregistration.k8s.io", "validatingwebhookconfigurations", false, true],
])("of %s %s policies are silent: %s, webhooks: %s", (group, plural, policies, webhooks) => {
  const of = request({ context: about(group, plural) });
  expect([isBeyondPolicies(of), isBeyondWebhooks(of)]).toEqual([policies, webhooks]);
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

test("an object that is changed or deleted is selected by its labels before, too", async () => {
  const labelled = (tier: string) => ({ metadata: { name: "web", labels: { tier } } });
  const selected = (object?: object, old?: object) =>
    matchesSelectors(
      { objectSelector: { matchLabels: { tier: "front" } } },
      request({ object, old } as Parameters<typeof request>[0]),
    );
  expect(await selected(labelled("front"), labelled("back"))).toBe(true);
  expect(await selected(labelled("back"), labelled("front"))).toBe(true);
  expect(await selected(undefined, labelled("front"))).toBe(true);
  expect(await selected(labelled("back"), labelled("back"))).toBe(false);
});

test("a namespace is selected by its own labels, other objects without a namespace always", async () => {
  const selected = (plural: string, objects: object) =>
    matchesSelectors(
      { namespaceSelector: { matchLabels: { env: "prod" } } },
      request({ context: about("", plural), object: undefined, ...objects } as Parameters<typeof request>[0]),
    );
  const labelled = (env: string) => ({ metadata: { name: "n", labels: { env } } });
  expect(await selected("namespaces", { object: labelled("prod"), old: labelled("test") })).toBe(true);
  expect(await selected("namespaces", { object: labelled("test"), old: labelled("prod") })).toBe(false);
  expect(await selected("namespaces", { old: labelled("prod") })).toBe(true);
  expect(await selected("nodes", { object: labelled("test") })).toBe(true);
  expect(await namespaceOf(request())).toMatchObject({ metadata: { name: "default" } });
  expect(await namespaceOf(request({ context: about("", "nodes") }))).toBeUndefined();
});
