import { expect, test } from "vitest";
import { call } from "../../test/workers/core-calls.ts";

const group = "namesakes.example.com";
const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };

test.each([
  ["APIService", "apiservices"],
  ["CertificateSigningRequest", "certificatesigningrequests"],
  ["ResourceSlice", "resourceslices"],
  ["Pod", "pods"],
])("ADM-RESOURCE: a custom %s is admitted as it is", async (kind, plural) => {
  const versions = [{ name: "v1", served: true, storage: true, schema }];
  const spec = { group, scope: "Cluster", names: { plural, kind }, versions };
  expect((await call(definitions, { metadata: { name: `${plural}.${group}` }, spec })).code).toBe(201);
  const custom = { apiVersion: `${group}/v1`, kind, metadata: { name: "namesake" }, more: 1 };
  const { code, object } = await call(`https://sailplane/apis/${group}/v1/${plural}`, custom);
  expect(code).toBe(201);
  expect(object).toEqual({ ...custom, metadata: object.metadata });
});
