/** Scales: which metadata they may have, and those of custom objects, whose replicas may be unset. */

import { beforeAll, expect, test } from "vitest";
import { customDefinition, onlyVersion } from "../../../test/fakes/objects/custom-definition.ts";
import { send } from "../../../test/workers/send.ts";

const OBJECTS = "/apis/example.com/v1/namespaces/default/scaled";

async function ask(method: string, path: string, body?: object) {
  const response = await send(method, path, body);
  const { message, spec } = (await response.json()) as { message?: string; spec?: object };
  return [response.status, message ?? spec];
}

beforeAll(async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const scale = {
    specReplicasPath: ".spec.size",
    statusReplicasPath: ".status.size",
    labelSelectorPath: ".status.selector",
  };
  await ask(
    "POST",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    customDefinition({ kind: "Scaled", plural: "scaled", versions: [onlyVersion(schema, { scale })] }),
  );
});

const create = (name: string, spec: object) =>
  ask("POST", OBJECTS, { apiVersion: "example.com/v1", kind: "Scaled", metadata: { name }, spec });
const scaleTo = (name: string, replicas: number, resourceVersion?: string) => ({
  apiVersion: "autoscaling/v1",
  kind: "Scale",
  metadata: { name, resourceVersion },
  spec: { replicas },
});

test("SCALE-02: a Scale may omit its resourceVersion", async () => {
  await create("a", { size: 1 });
  expect(await ask("PUT", `${OBJECTS}/a/scale`, scaleTo("a", 3))).toEqual([200, { replicas: 3 }]);
  const [code] = await ask("PUT", `${OBJECTS}/a/scale`, scaleTo("a", 4, "1"));
  expect(code).toBe(409);
});

test("SCALE-03: missing replicas can be neither read nor omitted", async () => {
  await create("b", {});
  const field = 'the spec replicas field ".spec.size"';
  expect(await ask("GET", `${OBJECTS}/b/scale`)).toEqual([500, `Internal error occurred: ${field} does not exist`]);
  expect(await ask("PATCH", `${OBJECTS}/b/scale`, {})).toEqual([400, `${field} cannot be empty`]);
  expect(await ask("PATCH", `${OBJECTS}/b/scale`, { spec: { replicas: 2 } })).toEqual([200, { replicas: 2 }]);
  expect(await ask("GET", `${OBJECTS}/b/scale`)).toEqual([200, { replicas: 2 }]);
});

test("SCALE-04: replicas that are not an integer are reported together with other errors", async () => {
  const [code, message] = await create("c", { size: 1.5 });
  expect([code, message]).toEqual([
    422,
    'Scaled.example.com "c" is invalid: .spec.size: Invalid value: 0: .spec.size accessor error: 1.5 is of the type float64, expected int64',
  ]);
});

test("SCALE-04: a selector that is not a text is refused", async () => {
  await create("d", { size: 1 });
  expect(await ask("PATCH", `${OBJECTS}/d`, { status: { selector: 1 } })).toEqual([
    422,
    'Scaled.example.com "d" is invalid: .status.selector: Invalid value: "": .status.selector accessor error: 1 is of the type int64, expected string',
  ]);
});

test("the metadata of a built-in kind's Scale is validated like any metadata", async () => {
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const sets = "/apis/apps/v1/namespaces/default/replicasets";
  await ask("POST", sets, { metadata: { name: "s" }, spec: { selector: { matchLabels: { a: "b" } }, template } });
  const bad = { ...scaleTo("s", -1), metadata: { name: "s", labels: { a: "!" } } };
  const [code, message] = await ask("PUT", `${sets}/s/scale`, bad);
  expect(code).toBe(422);
  expect(message).toContain('Scale.autoscaling "s" is invalid: [metadata.labels: Invalid value: "!"');
  expect(message).toContain("spec.replicas: Invalid value: -1: must be greater than or equal to 0]");
  expect(await ask("PUT", `${sets}/s/scale`, scaleTo("s", 2))).toEqual([200, { replicas: 2 }]);
});

test("a Scale requires an existing object, and the object's namespace", async () => {
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const sets = "/apis/apps/v1/namespaces/default/replicasets";
  await ask("POST", sets, { metadata: { name: "u" }, spec: { selector: { matchLabels: { a: "b" } }, template } });
  const [patched, problem] = await ask("PATCH", `${sets}/u/scale`, { metadata: { uid: "x" }, spec: { replicas: 2 } });
  expect(patched).toBe(409);
  expect(problem).toMatch(
    /^Operation cannot be fulfilled on replicasets\/scale\.apps "u": Precondition failed: UID in precondition: x, UID in/,
  );
  const another = { ...scaleTo("u", 2), metadata: { name: "u", uid: "x" } };
  const [put, reported] = await ask("PUT", `${sets}/u/scale`, another);
  expect(put).toBe(409);
  expect(reported).toContain(
    "Key: /registry/replicasets/default/u, ResourceVersion: 0, AdditionalErrorMsg: Precondition",
  );
  const elsewhere = [400, "the namespace of the provided object does not match the namespace sent on the request"];
  const moved = { metadata: { name: "v", namespace: "other" } };
  expect(await ask("PATCH", `${sets}/u/scale`, moved)).toEqual(elsewhere);
  expect(await ask("PUT", `${sets}/u/scale`, { ...scaleTo("u", 2), ...moved })).toEqual(elsewhere);
  expect(await ask("GET", `${sets}/u/scale`)).toEqual([200, { replicas: 1 }]);
});

test("SCALE-05: scaling a workload gives the warnings about its pods, like an update", async () => {
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const labels = { a: "b" };
  const containers = [{ name: "c", image: "i" }];
  const volumes = [{ name: "v", gitRepo: { repository: "r" } }];
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers, volumes } } };
  await send("POST", deployments, { metadata: { name: "warned" }, spec });
  const scaled = async (replicas: number) => {
    const response = await send("PUT", `${deployments}/warned/scale`, scaleTo("warned", replicas));
    return [response.status, response.headers.get("Warning")];
  };
  expect(await scaled(3)).toEqual([200, expect.stringContaining("spec.template.spec.volumes[0].gitRepo: deprecated")]);
  expect(await scaled(3)).toEqual([200, null]);
});
