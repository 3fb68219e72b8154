import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { RulesInForce } from "./rules-in-force.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

const POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io";
const BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io";
const WEBHOOKS = "mutatingwebhookconfigurations.admissionregistration.k8s.io";

const rule = (group: string, resource: string, operation = "*") => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  resources: [resource],
  operations: [operation],
});
const BINDING_RULE = rule("", "pods/binding");
type Configuration = Stored<KubeObject>;
const policy = (matchConstraints: object) =>
  ({ metadata: { name: "p" }, spec: { matchConstraints } }) as unknown as Configuration;
const binding = (matchResources?: object) =>
  ({ metadata: { name: "p" }, spec: { policyName: "p", matchResources } }) as unknown as Configuration;
const webhook = (hook: object) =>
  ({ metadata: { name: "p" }, webhooks: [{ rules: [] }, hook] }) as unknown as Configuration;

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = { default: { is: "plain" } };
const rulesOf = (...configurations: (readonly [GroupResource, Configuration])[]) => {
  const rules = new RulesInForce((namespace) => LABELS[namespace]);
  for (const [index, [resource, object]] of configurations.entries()) rules.set(resource, String(index), object);
  return rules;
};
/** The same as a policy with a binding, and as a webhook. */
const askersFor = (match: object, rules: readonly object[]) => [
  [
    [POLICIES, policy({ resourceRules: [rule("", "secrets"), ...rules], ...match })],
    [BINDINGS, binding()],
  ] as const,
  [[WEBHOOKS, webhook({ rules, ...match })]] as const,
];

const request = (resource: string, subresource?: string): SchedulerRequest => ({
  verb: subresource === "binding" || resource.startsWith("events") ? "create" : "patch",
  resource,
  ...(subresource && { subresource }),
  namespace: "default",
  body: {},
});

test.each<[string, object, SchedulerRequest, boolean]>([
  ["names the subresource", rule("", "pods/binding"), request("pods", "binding"), true],
  ["takes everything", rule("*", "*/*"), request("pods", "binding"), true],
  ["names the resource alone", rule("", "pods"), request("pods", "binding"), false],
  ["is of another operation", rule("", "pods/binding", "UPDATE"), request("pods", "binding"), false],
  ["is of another group", rule("apps", "*/*"), request("pods", "status"), false],
  ["is of updates", rule("", "*/status", "UPDATE"), request("pods", "status"), true],
  ["names events in the core group", rule("", "events"), request("events.events.k8s.io"), true],
  [
    "is of a group with dots",
    rule("resource.k8s.io", "resourceclaims"),
    request("resourceclaims.resource.k8s.io"),
    true,
  ],
])("SCHED-ASK: asks about a request that a rule matches: one that %s", (_, matched, asked, expected) => {
  for (const configurations of askersFor({}, [matched])) {
    const rules = rulesOf(...configurations);
    expect(rules.mayAskAbout([asked])).toBe(expected);
    for (const [index, [resource]] of configurations.entries()) rules.set(resource, String(index), undefined);
    expect([rules.mayAskAbout([asked]), rules.isEmpty]).toEqual([false, true]);
  }
});

test.each<[string, object, Partial<SchedulerRequest>, boolean]>([
  ["the namespace's labels", { namespaceSelector: { matchLabels: { is: "plain" } } }, {}, true],
  ["other labels of the namespace", { namespaceSelector: { matchLabels: { is: "strict" } } }, {}, false],
  [
    "a namespace that is not known",
    { namespaceSelector: { matchLabels: { is: "strict" } } },
    { namespace: "new" },
    true,
  ],
  ["what is in no namespace", { namespaceSelector: { matchLabels: { is: "strict" } } }, { namespace: "" }, true],
  ["the object's labels", { objectSelector: { matchLabels: { app: "a" } } }, { labels: { app: "a" } }, true],
  ["other labels of the object", { objectSelector: { matchLabels: { app: "a" } } }, {}, false],
])("SCHED-ASK: selectors are evaluated: for %s", (_, selectors, of, expected) => {
  for (const configurations of askersFor(selectors, [BINDING_RULE]))
    expect(rulesOf(...configurations).mayAskAbout([{ ...request("pods", "binding"), ...of }])).toBe(expected);
});

test.each<[string, object, boolean]>([
  ["pods in general", rule("", "pods/*"), false],
  ["another version", { ...rule("", "pods/*"), apiVersions: ["v2"] }, true],
  ["pods of another name", { ...rule("", "pods/*"), resourceNames: ["other"] }, true],
  ["a pod of this name", { ...rule("", "pods/*"), resourceNames: ["p"] }, false],
  ["what is in no namespace", { ...rule("", "pods/*"), scope: "Cluster" }, true],
])("SCHED-ASK: nobody is asked about what a policy excludes for sure: %s", (_, excluded, expected) => {
  const constraints = { resourceRules: [rule("*", "*/*")], excludeResourceRules: [excluded] };
  const rules = rulesOf([POLICIES, policy(constraints)], [BINDINGS, binding()]);
  expect(rules.mayAskAbout([{ ...request("pods", "binding"), name: "p" }])).toBe(expected);
});

test("SCHED-ASK: a policy asks only about what one of its bindings matches, too", () => {
  const everything = policy({ resourceRules: [rule("*", "*/*")] });
  const elsewhere = { namespaceSelector: { matchLabels: { is: "strict" } } };
  const asks = (...bindings: Configuration[]) =>
    rulesOf([POLICIES, everything], ...bindings.map((each) => [BINDINGS, each] as const)).mayAskAbout([
      request("pods", "binding"),
    ]);
  expect([asks(), asks(binding(elsewhere)), asks(binding(elsewhere), binding())]).toEqual([false, false, true]);
  expect(asks(binding({ resourceRules: [rule("", "pods/status")] }))).toBe(false);
});
