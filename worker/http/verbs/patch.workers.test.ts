import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { customDefinition, onlyVersion } from "../../../test/fakes/objects/custom-definition.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const send = async (method: string, path: string, body: object, type = "application/json") => {
  const init = { method, body: JSON.stringify(body), headers: { "Content-Type": type } };
  const response = await API.fetch(new Request(`https://sailplane/apis/${path}`, init));
  return { code: response.status, message: ((await response.json()) as { message?: string }).message ?? "" };
};
const patched = async (version: string, format: string, patch: object) => {
  const path = `example.com/${version}/namespaces/default/patchedthings/a?dryRun=All`;
  const { code, message } = await send("PATCH", path, patch, `application/${format}-patch+json`);
  return `${code} ${message.replace(/"\{.*\}"(?=: )/, "OBJECT").replace(/'\{.*\}'/, "OBJECT")}`;
};

beforeAll(async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const versions = [onlyVersion(schema), { ...onlyVersion(schema), name: "v2", storage: false }];
  const definition = customDefinition({ kind: "PatchedThing", plural: "patchedthings", versions });
  await send("POST", "apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  const object = { apiVersion: "example.com/v1", kind: "PatchedThing", metadata: { name: "a" } };
  await send("POST", "example.com/v1/namespaces/default/patchedthings", object);
});

const ofPatch = 'PatchedThing.example.com "a" is invalid';
const NO_KIND = "422  \"\" is invalid: patch: Invalid value: OBJECT: Object 'Kind' is missing in OBJECT";
const NO_VERSION = "500 Internal error occurred: Object 'apiVersion' is missing in 'object has no apiVersion field'";

test.each([
  ["v1", "merge", { kind: null }, NO_KIND],
  ["v1", "json", [{ op: "remove", path: "/kind" }], NO_KIND],
  ["v1", "merge", { apiVersion: null }, NO_VERSION],
  ["v2", "json", [{ op: "remove", path: "/apiVersion" }], NO_VERSION],
  [
    "v1",
    "merge",
    { apiVersion: "example.com/v2" },
    `422 ${ofPatch}: apiVersion: Invalid value: "example.com/v2": must be example.com/v1`,
  ],
  [
    "v2",
    "merge",
    { apiVersion: "x/v1", kind: "B" },
    `422 ${ofPatch}: [kind: Invalid value: "B": must be PatchedThing, apiVersion: Invalid value: "x/v1": must be example.com/v2]`,
  ],
  [
    "v2",
    "merge",
    { apiVersion: "a/b/c" },
    '422  "" is invalid: patch: Invalid value: OBJECT: unexpected GroupVersion string: a/b/c',
  ],
] as const)("PATCH-08: a custom object at %s changed by a %s patch: %j", async (version, format, patch, reported) => {
  expect(await patched(version, format, patch)).toBe(reported);
});

test.each(["text/plain", "application/json", "application/strategic-merge-patch+json"])(
  "a patch of a custom object as %s is told which formats there are",
  async (type) => {
    const { code, message } = await send("PATCH", "example.com/v1/namespaces/default/patchedthings/a", {}, type);
    expect([code, message]).toEqual([
      415,
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    ]);
  },
);

test("a list of custom objects has no metadata of its own", async () => {
  const headers = { Accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" };
  const url = "https://sailplane/apis/example.com/v1/namespaces/default/patchedthings";
  expect(await (await API.fetch(new Request(url, { headers }))).json()).toMatchObject({
    code: 406,
    message: "you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)",
  });
});

test("CRD-DEPRECATED: patches of a scale get the deprecation warning, and unsupported ones, too", async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const scale = { specReplicasPath: ".spec.r", statusReplicasPath: ".status.r" };
  const versions = [{ ...onlyVersion(schema, { scale }), deprecated: true }];
  const definition = customDefinition({ kind: "OldThing", plural: "oldthings", versions });
  await send("POST", "apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  const path = "example.com/v1/namespaces/default/oldthings";
  const object = { apiVersion: "example.com/v1", kind: "OldThing", metadata: { name: "a" }, spec: { r: 1 } };
  await send("POST", path, object);
  const warningOf = async (method: string, body: object) => {
    const init = {
      method,
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/merge-patch+json" },
    };
    const response = await API.fetch(new Request(`https://sailplane/apis/${path}/a/scale`, init));
    return [response.status, response.headers.get("Warning")];
  };
  const warning = '299 - "example.com/v1 OldThing is deprecated"';
  expect(await warningOf("PATCH", { spec: { replicas: 2 } })).toEqual([200, warning]);
  expect(await warningOf("POST", {})).toEqual([405, warning]);
});
