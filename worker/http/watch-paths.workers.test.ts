/** The deprecated paths of watches: what is below `/watch/` can only be watched. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { customDefinition, onlyVersion } from "../../test/fakes/objects/custom-definition.ts";
import { call, newCluster } from "../../test/workers/api-under-test.ts";
import type { Env } from "../env.ts";

const { API } = env as Env;
const CORE = "/api/v1/watch/namespaces/default";
const CUSTOM = "/apis/example.com/v1/watch/namespaces/default/ways";

async function ask(method: string, path: string) {
  const hasBody = method === "POST" || method === "PUT" || method === "PATCH";
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const init = { method, headers: { "Content-Type": type }, ...(hasBody && { body: '{"metadata":{"name":"made"}}' }) };
  const response = await API.fetch(new Request(`https://sailplane${path}?timeoutSeconds=1`, init));
  return { code: response.status, text: await response.text() };
}

beforeAll(async () => {
  const versions = [onlyVersion({ openAPIV3Schema: { type: "object" } })];
  const definition = customDefinition({ kind: "Way", plural: "ways", versions });
  await call("https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body: definition });
});

test.each([
  ["POST", `${CORE}/configmaps`],
  ["DELETE", `${CORE}/configmaps`],
  ["DELETE", `${CORE}/configmaps/kube-root-ca.crt`],
  ["PUT", `${CORE}/configmaps/made`],
  ["PATCH", `${CORE}/configmaps/kube-root-ca.crt`],
])("WATCH-PATH: %s %s is no method of a watch", async (method, path) => {
  expect((await ask(method, path)).code).toBe(405);
});

test.each([
  ["GET", `${CORE}/pods/p/log`],
  ["GET", `${CORE}/services/s/proxy/`],
  ["PATCH", `${CORE}/pods/p/status`],
  ["POST", `${CORE}/serviceaccounts/default/token`],
  ["GET", "/api/v1/watch/componentstatuses"],
  ["POST", "/apis/authentication.k8s.io/v1/watch/tokenreviews"],
])("WATCH-PATH: %s %s does not exist, for nothing is watched there", async (method, path) => {
  const { code, text } = await ask(method, path);
  expect([code, JSON.parse(text)]).toMatchObject([
    404,
    { message: "the server could not find the requested resource" },
  ]);
});

test.each(["GET", "POST", "DELETE", "PUT"])(
  "WATCH-PATH: a custom kind is watched by any method: %s",
  async (method) => {
    expect(await ask(method, CUSTOM)).toEqual({ code: 200, text: "" });
    const { code, text } = await ask(method, `${CUSTOM}/w/status`);
    const message = 'watch is not supported on resources of kind "ways.example.com"';
    expect([code, JSON.parse(text)]).toMatchObject([405, { message }]);
  },
);

test("WATCH-PATH: permission to watch everything permits no reading by subresources", async () => {
  const base = await newCluster("watcher");
  const rbac = `${base}/apis/rbac.authorization.k8s.io/v1`;
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["watch"] }];
  await call(`${rbac}/clusterroles`, { body: { metadata: { name: "watcher" }, rules } });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "watcher" };
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "watcher" }];
  await call(`${rbac}/clusterrolebindings`, { body: { metadata: { name: "watcher" }, roleRef, subjects } });
  const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } };
  await call(`${base}/api/v1/namespaces/default/pods`, { body: pod });
  expect((await call(`${base}${CORE}/pods/p/status`, { as: "watcher" })).code).toBe(404);
});
