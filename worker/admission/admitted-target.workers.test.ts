import { beforeAll, expect, test } from "vitest";
import { call, newCluster } from "../../test/workers/api-under-test.ts";

/** ADM-TARGET, ADM-REVIEW: which requests policies and webhooks see, and what they are told of each. */
let base = "";
const ROOT = "/apis/admissionregistration.k8s.io/v1";
const root = () => `${base}${ROOT}`;

async function deny(name: string, rule: object, messageExpression: string): Promise<void> {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], ...rule }];
  const spec = {
    matchConstraints: { resourceRules: rules },
    matchConditions: [{ name: "ours", expression: "request.userInfo.username == 'ann'" }],
    validations: [{ expression: "false", messageExpression }],
  };
  await call(`${root()}/validatingadmissionpolicies`, { body: { metadata: { name }, spec } });
  const binding = { policyName: name, validationActions: ["Deny"] };
  await call(`${root()}/validatingadmissionpolicybindings`, { body: { metadata: { name }, spec: binding } });
}

async function unreachable(name: string, rule: object): Promise<void> {
  const webhook = {
    name: "nowhere.example.com",
    clientConfig: { url: "https://127.0.0.1:1/" },
    rules: [{ apiVersions: ["v1"], ...rule }],
    matchConditions: [{ name: "ours", expression: "request.userInfo.username == 'ann'" }],
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
  };
  const body = { metadata: { name }, webhooks: [webhook] };
  expect((await call(`${root()}/validatingwebhookconfigurations`, { body })).code).toBe(201);
}

beforeAll(async () => {
  base = await newCluster("admitted-target");
  await call(`${base}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`, {
    body: {
      metadata: { name: "ann" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }],
    },
  });
});

const reported = async (url: string, init: object) =>
  (await call(`${base}${url}`, { as: "ann", ...init })).object.message;

test("ADM-TARGET: a namespace is its own namespace, and deletecollection has no name", async () => {
  const target = "'<' + request.?namespace.orValue('') + '/' + request.?name.orValue('') + '>'";
  await deny("target", { resources: ["namespaces", "configmaps"] }, target);
  expect(await reported("/api/v1/namespaces", { body: { metadata: { name: "own" } } })).toContain("<own/own>");
  expect(await reported("/api/v1/namespaces", { body: { metadata: { generateName: "own-" } } })).toContain("</own-");
  expect(await reported("/api/v1/namespaces/default", { method: "PATCH", body: { metadata: {} } })).toContain(
    "<default/default>",
  );
  const maps = "/api/v1/namespaces/default/configmaps";
  await call(`${base}${maps}`, { body: { metadata: { name: "a" } } });
  expect(await reported(`${maps}/a`, { method: "DELETE" })).toContain("<default/a>");
  expect(await reported(maps, { method: "DELETE" })).toContain("<default/>");
});

test("ADM-REVIEW: webhooks receive reviews, policies do not", async () => {
  const reviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const resources = ["selfsubjectreviews"];
  await deny("reviews", { apiGroups: ["authentication.k8s.io"], resources }, "'never'");
  expect((await call(`${base}${reviews}`, { as: "ann", body: {} })).code).toBe(201);
  await unreachable("reviews", { apiGroups: ["authentication.k8s.io"], operations: ["CREATE"], resources });
  expect(await reported(reviews, { body: {} })).toContain('failed calling webhook "nowhere.example.com"');
});

test("ADM-REACH: policies apply to webhook configurations, but not to policies", async () => {
  const apiGroups = ["admissionregistration.k8s.io"];
  const resources = ["mutatingwebhookconfigurations", "validatingadmissionpolicies"];
  await deny("reach", { apiGroups, resources }, "'reached'");
  const metadata = { name: "reached" };
  expect(await reported(`${ROOT}/mutatingwebhookconfigurations`, { body: { metadata } })).toContain("reached");
  expect(await reported(`${ROOT}/validatingadmissionpolicies/reach`, { method: "DELETE" })).toBeUndefined();
});

test("ADM-ACTION, ADM-CONNECT: bindings have their pod's name, and connections may be to missing pods", async () => {
  await unreachable("actions", { apiGroups: [""], operations: ["*"], resources: ["bindings", "pods/exec"] });
  const refused = 'failed calling webhook "nowhere.example.com"';
  const core = "/api/v1/namespaces/default";
  const target = { kind: "Node", name: "n" };
  expect(await reported(`${core}/bindings`, { body: { metadata: { name: "p" }, target } })).toContain(refused);
  expect(await reported(`${core}/pods/absent/exec?command=ls`, {})).toContain(refused);
});
