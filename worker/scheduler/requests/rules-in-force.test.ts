import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { RulesInForce } from "./rules-in-force.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

const POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io";
const WEBHOOKS = "mutatingwebhookconfigurations.admissionregistration.k8s.io";

const rule = (group: string, resource: string, operation = "*") => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  resources: [resource],
  operations: [operation],
});
const policy = (...resourceRules: object[]) =>
  ({ metadata: { name: "p" }, spec: { matchConstraints: { resourceRules } } }) as unknown as Stored<KubeObject>;
const webhook = (...rules: object[]) =>
  ({ metadata: { name: "p" }, webhooks: [{ rules: [] }, { rules }] }) as unknown as Stored<KubeObject>;

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
  for (const [resource, object] of [
    [POLICIES, policy(rule("", "secrets"), matched)],
    [WEBHOOKS, webhook(matched)],
  ] as const) {
    const rules = new RulesInForce();
    rules.set(resource, "p", object);
    expect(rules.mayAskAbout([asked])).toBe(expected);
    rules.set(resource, "p", undefined);
    expect([rules.mayAskAbout([asked]), rules.isEmpty]).toEqual([false, true]);
  }
});
