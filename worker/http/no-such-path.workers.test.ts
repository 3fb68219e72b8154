/** Answers for paths that do not exist, and for custom kinds outside of their routes. */

import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { customDefinition, onlyVersion } from "../../test/fakes/objects/custom-definition.ts";
import type { Env } from "../env.ts";

const { API } = env as Env;

async function ask(method: string, path: string, body?: object, accept = "application/json") {
  const headers = {
    Accept: accept,
    "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await API.fetch(new Request(`https://sailplane${path}`, init));
  return { code: response.status, text: await response.text() };
}

beforeAll(async () => {
  const schema = { openAPIV3Schema: { type: "object" } };
  await ask(
    "POST",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    customDefinition({ kind: "Path", plural: "paths", versions: [onlyVersion(schema)] }),
  );
});

const PLAIN = "404 page not found\n";

test.each([
  ["GET", "/healthz/"],
  ["GET", "/metrics/"],
  ["GET", "/openapi/v2/"],
  ["GET", "/apis/nobody.example.com"],
  ["GET", "/apis/nobody.example.com/v1"],
  ["GET", "/apis/nobody.example.com/v1/things"],
  ["GET", "/apis/example.com/v1/others"],
  ["GET", "/apis/example.com/v2/namespaces/default/paths"],
  ["GET", "/apis/example.com/v1/paths/a"],
  ["POST", "/apis/example.com/v1/paths"],
  ["DELETE", "/apis/example.com/v1/paths"],
])("WIRE-NOWHERE: %s %s is plain text", async (method, path) => {
  expect(await ask(method, path, method === "POST" ? {} : undefined)).toEqual({ code: 404, text: PLAIN });
});

test.each([
  "/api/v1/things",
  "/api/v9/pods",
  "/apis/apps/v9",
  "/apis/apps/v9/deployments",
  "/apis/apps/v1/namespaces/default/things",
  "/apis/apiextensions.k8s.io/v1/things",
  "/api/v1/namespaces/default/bindings/a",
  "/apis/authorization.k8s.io/v1/subjectaccessreviews/a",
])("WIRE-NOWHERE: %s is a Status", async (path) => {
  const { code, text } = await ask("GET", path);
  expect([code, JSON.parse(text)]).toMatchObject([404, { reason: "NotFound", details: {} }]);
});

test("WIRE-NOWHERE: PUT and PATCH of custom objects require a name", async () => {
  for (const method of ["PUT", "PATCH"]) {
    const { code, text } = await ask(method, "/apis/example.com/v1/namespaces/default/paths", {});
    expect([code, JSON.parse(text)]).toMatchObject([400, { message: "name must be provided" }]);
  }
});

const OBJECTS = "/apis/example.com/v1/namespaces/default/paths";

test("WIRE-NOWHERE: HEAD of a custom object is treated as GET", async () => {
  expect(await ask("HEAD", OBJECTS)).toEqual({ code: 200, text: "" });
  expect(await ask("HEAD", `${OBJECTS}/nobody`)).toEqual({ code: 404, text: "" });
});

test.each([
  ["OPTIONS", OBJECTS, ""],
  ["OPTIONS", `${OBJECTS}/a`, ""],
  ["POST", `${OBJECTS}/a/status`, "create"],
  ["DELETE", `${OBJECTS}/a/status`, "delete"],
])("WIRE-NOWHERE: %s %s is not supported for custom objects", async (method, path, verb) => {
  const { code, text } = await ask(method, path, method === "POST" ? {} : undefined);
  expect([code, JSON.parse(text)]).toMatchObject([
    405,
    {
      message: `${verb} is not supported on resources of kind "paths.example.com"`,
      reason: "MethodNotAllowed",
      details: { group: "example.com", kind: "paths" },
    },
  ]);
});

test("WIRE-TABLE: a Table from a dry run has no resourceVersion", async () => {
  const path = "/api/v1/namespaces/default/configmaps?dryRun=All";
  const { text } = await ask("POST", path, { metadata: { name: "a" } }, "application/json;as=Table;v=v1;g=meta.k8s.io");
  expect(JSON.parse(text)).toHaveProperty("metadata", {});
});

test.each([
  "/api/v1/namespaces/default/pods/none/ephemeralcontainers",
  "/api/v1/namespaces/default/pods/none/resize",
  "/apis/apiregistration.k8s.io/v1/apiservices/none/status",
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/none/status",
  "/apis/certificates.k8s.io/v1/certificatesigningrequests/none/approval",
  "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/none/status",
])("WIRE-TABLE: %s has no Table", async (path) => {
  const as = async (view: string) =>
    (await ask("GET", path, undefined, `application/json;as=${view};v=v1;g=meta.k8s.io`)).code;
  expect([await as("Table"), await as("PartialObjectMetadata")]).toEqual([406, 404]);
});

test("an error has the requested format, or JSON if that is impossible", async () => {
  const missing = (accept: string) => ask("GET", "/api/v1/namespaces/default/pods/none", undefined, accept);
  expect((await missing("application/yaml")).text).toContain('message: pods "none" not found\n');
  expect((await missing("application/vnd.kubernetes.protobuf")).text.slice(0, 3)).toBe("k8s");
  expect((await missing("application/json;as=Table;v=v1;g=meta.k8s.io")).text).toContain('"kind":"Status"');
});

test("cluster-scoped kinds accept metadata.namespace as a field selector only if they have no selectable fields of their own", async () => {
  const answered = async (plural: string) =>
    (await ask("GET", `/api/v1/${plural}?fieldSelector=metadata.namespace%3Dx`)).code;
  expect(await answered("nodes")).toBe(400);
  expect(await answered("namespaces")).toBe(400);
  expect(await answered("persistentvolumes")).toBe(200);
});
