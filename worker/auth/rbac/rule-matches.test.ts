import { expect, test } from "vitest";
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { attributesOf } from "../../../test/fakes/authority.ts";
import { ruleAllows } from "./rule-matches.ts";

const rule = (verbs: string, apiGroups: string, resources: string, ...resourceNames: string[]): PolicyRule => ({
  verbs: verbs.split(" "),
  apiGroups: apiGroups.split(" ").map((group) => (group === "core" ? "" : group)),
  resources: resources.split(" "),
  ...(resourceNames.length > 0 && { resourceNames }),
});
const paths = (verbs: string, ...nonResourceURLs: string[]): PolicyRule => ({
  verbs: verbs.split(" "),
  nonResourceURLs,
});

const pods = rule("get list", "core", "pods");
const named = rule("get", "core", "secrets", "a", "b");
test.each<[request: string, what: string, PolicyRule, boolean]>([
  ["get pods in ns called p", "pods", pods, true],
  ["list pods", "pods", pods, true],
  ["delete pods in ns called p", "other verbs", pods, false],
  ["get services in ns called p", "other resources", pods, false],
  ["get pods.metrics.k8s.io in ns called p", "another group", pods, false],
  ["get pods/log in ns called p", "the object itself", pods, false],
  ["get pods/log in ns called p", "that subresource", rule("get", "core", "pods/log"), true],
  ["get pods/exec in ns called p", "another subresource", rule("get", "core", "pods/log"), false],
  ["get pods in ns called p", "a subresource", rule("get", "core", "pods/log"), false],
  ["get pods/status in ns called p", "that subresource of all", rule("get", "core", "*/status"), true],
  ["get pods/log in ns called p", "pods/*, which is nothing", rule("get", "core", "pods/*"), false],
  ["get pods in ns called p", "a subresource of all", rule("get", "core", "*/status"), false],
  ["get pods/status in ns called p", "all resources", rule("get", "core", "*"), true],
  ["get deployments.apps in ns called d", "all of another group", rule("get", "core", "*"), false],
  ["get deployments.apps in ns called d", "all groups", rule("get", "*", "deployments"), true],
  ["delete pods in ns called p", "all verbs", rule("*", "core", "pods"), true],
  ["get secrets in ns called b", "two by name", named, true],
  ["get secrets in ns called c", "two by name", named, false],
  ["list secrets in ns", "two by name", named, false],
  ["get secrets in ns called c", "an empty list of names", { ...named, resourceNames: [] }, true],
  ["get /healthz", "a path", paths("get", "/healthz"), true],
  ["get /healthz/ping", "a path", paths("get", "/healthz"), false],
  ["get /healthz/ping", "what is below a path", paths("get", "/healthz/*"), true],
  ["get /healthz", "what is below a path", paths("get", "/healthz/*"), false],
  ["post /healthz", "another method of a path", paths("get", "/healthz"), false],
  ["get /healthz", "all paths", paths("get", "*"), true],
  ["get /healthz", "all resources", rule("*", "*", "*"), false],
  ["get pods in ns called p", "all paths", paths("*", "*"), false],
])("%s, if a rule allows %s", (request, _, allowed, expected) => {
  expect(ruleAllows(allowed, attributesOf(request))).toBe(expected);
});
