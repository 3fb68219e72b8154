/** Mutating policies of subresources and custom objects, and what they cannot change of an update. */
import { expect, test } from "vitest";
import { call, newNamespace } from "../../../test/workers/core-calls.ts";

const POLICIES = "https://sailplane/apis/admissionregistration.k8s.io/v1";

/** A policy for the namespace of its name. */
async function policy(name: string, resource: string, mutation: object): Promise<void> {
  const rule = { apiGroups: ["*"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: [resource] };
  const matchConstraints = {
    resourceRules: [rule],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  };
  const spec = { matchConstraints, reinvocationPolicy: "Never", mutations: [mutation] };
  expect((await call(`${POLICIES}/mutatingadmissionpolicies`, { metadata: { name }, spec })).code).toBe(201);
  const binding = { metadata: { name }, spec: { policyName: name } };
  expect((await call(`${POLICIES}/mutatingadmissionpolicybindings`, binding)).code).toBe(201);
}

const jsonPatch = (expression: string) => ({ patchType: "JSONPatch", jsonPatch: { expression } });
const configuration = (expression: string) => ({
  patchType: "ApplyConfiguration",
  applyConfiguration: { expression },
});

async function deploymentIn(name: string): Promise<string> {
  await newNamespace(name);
  const deployments = `https://sailplane/apis/apps/v1/namespaces/${name}/deployments`;
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  await call(deployments, { metadata: { name: "d" }, spec: { selector: { matchLabels: { a: "b" } }, template } });
  return `${deployments}/d`;
}

test("ADM-PART-TYPES: a Scale has no type for a configuration, but can be patched", async () => {
  const deployment = await deploymentIn("part-scale");
  const scale = () => call(`${deployment}/scale`, { spec: { replicas: 2 } }, "PATCH");
  await policy("part-scale", "deployments/scale", configuration("Object{spec: Object.spec{replicas: 5}}"));
  expect(await scale()).toMatchObject({
    code: 403,
    object: {
      message:
        "policy 'part-scale' with binding 'part-scale' denied request: error applying patch: failed to convert patch object to typed object: no corresponding type for autoscaling/v1, Kind=Scale",
    },
  });
  const mutations = [jsonPatch("[JSONPatch{op: 'replace', path: '/spec/replicas', value: 5}]")];
  await call(`${POLICIES}/mutatingadmissionpolicies/part-scale`, { spec: { mutations } }, "PATCH");
  expect(await scale()).toMatchObject({ code: 200, object: { spec: { replicas: 5 } } });
});

test("ADM-SCALE: what a policy makes of a Scale is validated as a Scale is, and no part of the object", async () => {
  const deployment = await deploymentIn("part-scales");
  const scale = () => call(`${deployment}/scale`, { spec: { replicas: 2 } }, "PATCH");
  const patch = async (path: string, value: string) => {
    const mutations = [jsonPatch(`[JSONPatch{op: 'add', path: '${path}', value: ${value}}]`)];
    await call(`${POLICIES}/mutatingadmissionpolicies/part-scales`, { spec: { mutations } }, "PATCH");
    const { code, object } = await scale();
    return [code, (object as { message?: string }).message];
  };
  await policy("part-scales", "deployments/scale", jsonPatch("[JSONPatch{op: 'test', path: '/kind', value: 'Scale'}]"));
  const failed = "Internal error occurred: json: cannot unmarshal";
  const field = "into Go struct field ScaleSpec.spec.replicas of type int32";
  expect(await patch("/spec/replicas", "9999999999")).toEqual([500, `${failed} number 9999999999 ${field}`]);
  expect(await patch("/spec/replicas", "'3'")).toEqual([500, `${failed} string ${field}`]);
  const invalid = 'Scale.autoscaling "d" is invalid: ';
  expect(await patch("/spec/replicas", "-1")).toEqual([
    422,
    `${invalid}spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
  ]);
  const [uid, message] = await patch("/metadata/uid", "'another'");
  expect([uid, message]).toEqual([409, expect.stringContaining("UID in precondition: another")]);
  expect((await patch("/metadata/resourceVersion", "'1'"))[0]).toBe(409);
  expect((await patch("/metadata/finalizers", "['example.com/f']"))[0]).toBe(200);
  const { object } = await call(deployment);
  expect(object).toMatchObject({ spec: { replicas: 2 } });
  expect(object).not.toHaveProperty("metadata.finalizers");
});

test("ADM-REVISION: a policy that names another revision causes a conflict", async () => {
  const deployment = await deploymentIn("part-revision");
  await policy(
    "part-revision",
    "deployments",
    jsonPatch("[JSONPatch{op: 'replace', path: '/metadata/resourceVersion', value: '1'}]"),
  );
  expect(await call(deployment, { metadata: { labels: { a: "b" } } }, "PATCH")).toMatchObject({
    code: 409,
    object: {
      message:
        'Operation cannot be fulfilled on deployments.apps "d": the object has been modified; please apply your changes to the latest version and try again',
    },
  });
});

test("REG-PLACE: a policy cannot move an object that is updated", async () => {
  const deployment = await deploymentIn("part-place");
  await policy(
    "part-place",
    "deployments",
    jsonPatch("[JSONPatch{op: 'replace', path: '/metadata/namespace', value: 'x'}]"),
  );
  expect(await call(deployment, { metadata: { labels: { a: "b" } } }, "PATCH")).toMatchObject({
    code: 400,
    object: { message: "the namespace of the provided object does not match the namespace sent on the request" },
  });
});

test("a null is not a value of a configuration", async () => {
  const deployment = await deploymentIn("part-nulls");
  await policy(
    "part-nulls",
    "deployments",
    configuration("Object{metadata: Object.metadata{annotations: {'a': null}}}"),
  );
  expect(await call(deployment, { metadata: { labels: { a: "b" } } }, "PATCH")).toMatchObject({
    code: 403,
    object: {
      message:
        "policy 'part-nulls' with binding 'part-nulls' denied request: error applying patch: failed to convert patch object to typed object: .metadata.annotations.a: expected string, got &value.valueUnstructured{Value:0}",
    },
  });
});

test("ADM-NULLS: a null that a policy sets is not dropped from a custom object", async () => {
  const spec = { type: "object", properties: { s: { type: "string" } } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  const definition = {
    group: "parts.example.com",
    scope: "Namespaced",
    names: { plural: "parts", kind: "Part" },
    versions: [{ name: "v1", served: true, storage: true, schema }],
  };
  const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await call(definitions, { metadata: { name: "parts.parts.example.com" }, spec: definition });
  await newNamespace("part-null");
  await policy("part-null", "parts", jsonPatch("[JSONPatch{op: 'add', path: '/spec/s', value: null}]"));
  const parts = "https://sailplane/apis/parts.example.com/v1/namespaces/part-null/parts";
  const part = { apiVersion: "parts.example.com/v1", kind: "Part", metadata: { name: "p" }, spec: {} };
  expect(await call(parts, part)).toMatchObject({
    code: 422,
    object: { message: expect.stringContaining('spec.s in body must be of type string: "null"') },
  });
});
