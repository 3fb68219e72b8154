import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../../../api/generated/meta.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { customDefinition, onlyVersion } from "../../../test/fakes/objects/custom-definition.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const HPA = (version: string) =>
  `https://sailplane/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/applied`;

interface Answer {
  readonly message?: string;
  readonly spec?: object;
  readonly metadata: { readonly managedFields?: readonly ManagedFieldsEntry[] };
}

async function patch(url: string, type: string, body: object): Promise<Answer> {
  const init = { method: "PATCH", body: JSON.stringify(body), headers: { "Content-Type": type } };
  return (await API.fetch(new Request(url, init))).json();
}

const applied = (spec: object, query = "") =>
  patch(`${HPA("v1")}?fieldManager=old-client${query}`, "application/apply-patch+yaml", {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "applied" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" }, ...spec },
  });

test("TRACK-11: an apply at a version that is not the storage version owns fields of that version, among owners at others", async () => {
  const first = await applied({ maxReplicas: 3, targetCPUUtilizationPercentage: 50 });
  expect(first.metadata.managedFields?.[0]).toMatchObject({
    apiVersion: "autoscaling/v1",
    fieldsV1: { "f:spec": { "f:maxReplicas": {}, "f:targetCPUUtilizationPercentage": {} } },
  });
  const merge = "application/merge-patch+json";
  await patch(`${HPA("v2")}?fieldManager=new-client`, merge, { spec: { maxReplicas: 5 } });
  expect((await applied({ maxReplicas: 4 })).message).toBe(
    'Apply failed with 1 conflict: conflict with "new-client" using autoscaling/v2: .spec.maxReplicas',
  );
  const forced = await applied({ maxReplicas: 4 }, "&force=true");
  // A field that is no longer applied is removed, and its default returns.
  expect(forced.spec).toMatchObject({ maxReplicas: 4, targetCPUUtilizationPercentage: 80 });
});

test("APPLY-05: an applier may give up everything that it applied at another version", async () => {
  const url = (version: string) => HPA(version).replace("applied", "given-up");
  const type = "application/apply-patch+yaml";
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
  const body = (version: string, labels?: object) => ({
    apiVersion: `autoscaling/${version}`,
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "given-up", ...(labels ? { labels } : {}) },
    spec: { maxReplicas: 3, scaleTargetRef: target },
  });
  await patch(`${url("v2")}?fieldManager=m`, type, body("v2", { a: "b" }));
  const again = await patch(`${url("v1")}?fieldManager=m`, type, body("v1"));
  expect(again).toMatchObject({ apiVersion: "autoscaling/v1", spec: { maxReplicas: 3 } });
  expect(again.metadata).not.toHaveProperty("labels");
  expect(again.metadata.managedFields).toMatchObject([{ manager: "m", apiVersion: "autoscaling/v1" }]);
});

test("TRACK-12: an ordinary write at a version that is not the storage version owns fields of that version", async () => {
  const events = "https://sailplane/apis/events.k8s.io/v1/namespaces/default/events?fieldManager=first";
  const event = {
    metadata: { name: "tracked" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    type: "Normal",
    reason: "Why",
    action: "Act",
    note: "text",
    reportingController: "example.com/c",
    reportingInstance: "i",
    regarding: { kind: "Pod", namespace: "default", name: "p" },
  };
  const init = { method: "POST", body: JSON.stringify(event), headers: { "Content-Type": "application/json" } };
  const created: Answer = await (await API.fetch(new Request(events, init))).json();
  expect(created.metadata.managedFields).toMatchObject([
    { operation: "Update", apiVersion: "events.k8s.io/v1", fieldsV1: { "f:note": {}, "f:regarding": {} } },
  ]);
  const merge = "application/merge-patch+json";
  const core = "https://sailplane/api/v1/namespaces/default/events/tracked?fieldManager=other";
  const patched = await patch(core, merge, { message: "new text" });
  expect(patched.metadata.managedFields).toMatchObject([
    { manager: "first", apiVersion: "events.k8s.io/v1", fieldsV1: { "f:regarding": {} } },
    { manager: "other", apiVersion: "v1", fieldsV1: { "f:message": {} } },
  ]);
  expect(patched.metadata.managedFields?.[0]?.fieldsV1).not.toHaveProperty("f:note");
});

test("APPLY-02: managers at another version of a custom kind keep their fields", async () => {
  const schema = {
    openAPIV3Schema: {
      type: "object",
      properties: { spec: { type: "object", additionalProperties: { type: "integer" } } },
    },
  };
  const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema });
  const definition = customDefinition({
    kind: "Owned",
    plural: "owned",
    versions: [version("v1", true), version("v2", false)],
  });
  const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const json = { "Content-Type": "application/json" };
  await API.fetch(new Request(definitions, { method: "POST", body: JSON.stringify(definition), headers: json }));
  const apply = (manager: string, at: string, spec: object) =>
    patch(
      `https://sailplane/apis/example.com/${at}/namespaces/default/owned/a?fieldManager=${manager}`,
      "application/apply-patch+yaml",
      { apiVersion: `example.com/${at}`, kind: "Owned", metadata: { name: "a" }, spec },
    );
  await apply("first", "v1", { a: 1 });
  const second = await apply("second", "v2", { b: 1 });
  expect(second.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion])).toEqual([
    ["first", "example.com/v1"],
    ["second", "example.com/v2"],
  ]);
  expect((await apply("second", "v2", { a: 2 })).message).toBe(
    'Apply failed with 1 conflict: conflict with "first": .spec.a',
  );
});

test("TRACK-09: managers of a version that is no longer served keep their fields, those of one that is gone do not", async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const version = (name: string, served: boolean) => ({ name, served, storage: name === "v2", schema });
  const write = (versions: object[]) => customDefinition({ kind: "Aging", plural: "aging", versions });
  const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const first = JSON.stringify(write([version("v1", true), version("v2", true)]));
  const json = { "Content-Type": "application/json" };
  await API.fetch(new Request(definitions, { method: "POST", body: first, headers: json }));
  const aging = (at: string) => `https://sailplane/apis/example.com/${at}/namespaces/default/aging`;
  const body = JSON.stringify({ apiVersion: "example.com/v1", kind: "Aging", metadata: { name: "a" }, a: 1 });
  await API.fetch(new Request(`${aging("v1")}?fieldManager=old`, { method: "POST", body, headers: json }));
  const merge = "application/merge-patch+json";
  const managersAfter = async (versions: object[], label: string) => {
    await patch(`${definitions}/aging.example.com`, merge, { spec: { versions } });
    const change = { metadata: { labels: { [label]: "x" } } };
    const { metadata } = await patch(`${aging("v2")}/a?fieldManager=new`, merge, change);
    return metadata.managedFields?.map(({ manager }) => manager);
  };
  const kept = await managersAfter([version("v1", false), version("v2", true)], "b");
  expect(kept?.toSorted()).toEqual(["new", "old"]);
  const stored = { status: { storedVersions: ["v2"] } };
  await patch(`${definitions}/aging.example.com/status`, merge, stored);
  expect(await managersAfter([version("v2", true)], "c")).toEqual(["new"]);
});

test("an apply with a resourceVersion that is none creates no object", async () => {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "none", resourceVersion: "x" } };
  const url = "https://sailplane/api/v1/namespaces/default/configmaps/none?fieldManager=m";
  expect((await patch(url, "application/apply-patch+yaml", body)).message).toBe(
    'strconv.ParseUint: parsing "x": invalid syntax',
  );
});

test("an apply with a UID does not create an object", async () => {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "gone", uid: "its-uid" } };
  const url = "https://sailplane/api/v1/namespaces/default/configmaps/gone?fieldManager=m";
  expect((await patch(url, "application/apply-patch+yaml", body)).message).toBe(
    'Operation cannot be fulfilled on configmaps "gone": uid mismatch: the provided object specified uid its-uid, and no existing object was found',
  );
});

test("APPLY-11: an apply to /status of a custom object owns none of its labels, which stay", async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const definition = customDefinition({ kind: "Parted", plural: "parted", versions: [onlyVersion(schema)] });
  const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const json = { "Content-Type": "application/json" };
  await API.fetch(new Request(definitions, { method: "POST", body: JSON.stringify(definition), headers: json }));
  const parted = "https://sailplane/apis/example.com/v1/namespaces/default/parted";
  const body = { apiVersion: "example.com/v1", kind: "Parted", metadata: { name: "a", labels: { a: "a" } } };
  const post = { method: "POST", body: JSON.stringify(body), headers: json };
  await API.fetch(new Request(parted, post));
  const written = await patch(`${parted}/a/status?fieldManager=m`, "application/merge-patch+json", {
    metadata: { labels: { a: "b" } },
    status: { ready: true },
  });
  expect(written.metadata).toHaveProperty("labels", { a: "a" });
  const byStatus = written.metadata.managedFields?.find(({ subresource }) => subresource === "status");
  expect(byStatus?.fieldsV1).toEqual({ "f:status": { ".": {}, "f:ready": {} } });
});

test("APPLY-11: a write to /status of a custom object takes its spec from no manager, of any version", async () => {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const versions = ["v1", "v2"].map((name) => ({ ...onlyVersion(schema), name, storage: name === "v1" }));
  const definition = customDefinition({ kind: "Split", plural: "splits", versions });
  const definitions = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const write = async (url: string, method: string, object: object) => {
    const headers = { "Content-Type": "application/json" };
    const response = await API.fetch(new Request(url, { method, body: JSON.stringify(object), headers }));
    return response.json<KubeObject>();
  };
  await write(definitions, "POST", definition);
  const splits = (version: string) => `https://sailplane/apis/example.com/${version}/namespaces/default/splits`;
  const object = { apiVersion: "example.com/v1", kind: "Split", metadata: { name: "a" }, spec: { a: 1 } };
  const { metadata } = await write(`${splits("v1")}?fieldManager=first`, "POST", object);
  const status = { apiVersion: "example.com/v2", kind: "Split", metadata, status: { ready: true } };
  const written = await write(`${splits("v2")}/a/status?fieldManager=second`, "PUT", status);
  expect(written.metadata.managedFields?.map(({ manager }) => manager)).toEqual(["first", "second"]);
});

test("APPLY-02: a null that Go prints can be applied, and differs from an absent value", async () => {
  const claim = "https://sailplane/api/v1/namespaces/default/persistentvolumeclaims/applied";
  const apply = (manager: string, dataSource: object) =>
    patch(`${claim}?fieldManager=${manager}`, "application/apply-patch+yaml", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "applied" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, dataSource },
    });
  const source = { kind: "PersistentVolumeClaim", name: "x" };
  await apply("first", source);
  const second = await apply("second", { apiGroup: null, ...source });
  expect(second.metadata.managedFields?.map(({ manager }) => manager).toSorted()).toEqual(["first", "second"]);
  expect((await apply("third", source)).message).toContain("Apply failed with 2 conflicts");
});

test("a Job that is created by apply co-owns the labels of its template, including those added by the server", async () => {
  const url = "https://sailplane/apis/batch/v1/namespaces/default/jobs/applied?fieldManager=m";
  const containers = [{ name: "c", image: "i" }];
  const made = await patch(url, "application/apply-patch+yaml", {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "applied" },
    spec: {
      suspend: true,
      template: { metadata: { labels: { a: "b" } }, spec: { restartPolicy: "Never", containers } },
    },
  });
  expect(made.metadata).toMatchObject({ labels: { a: "b", "batch.kubernetes.io/job-name": "applied" } });
});

test("CRD-DEPRECATED: an apply that warns of duplicate fields warns of a deprecated kind, too", async () => {
  const url = "https://sailplane/api/v1/namespaces/default/endpoints/applied?fieldManager=m";
  const body = '{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"applied","labels":{"a":"1","a":"2"}}}';
  const headers = { "Content-Type": "application/apply-patch+yaml" };
  const response = await API.fetch(new Request(url, { method: "PATCH", body, headers }));
  const warnings = response.headers.get("Warning");
  expect(warnings).toContain("v1 Endpoints is deprecated");
  expect(warnings).toContain("already set in map");
});

test("APPLY-14: duplicate fields are told even if the name is not the path's", async () => {
  const url = "https://sailplane/api/v1/namespaces/default/configmaps/applied?fieldManager=m";
  const body = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: b, a: c}";
  const headers = { "Content-Type": "application/apply-patch+yaml" };
  const send = (query: string) => API.fetch(new Request(url + query, { method: "PATCH", body, headers }));
  expect((await send("")).headers.get("Warning")).toContain('key \\"a\\" already set in map');
  expect(await (await send("&fieldValidation=Strict")).json()).toMatchObject({
    message: expect.stringContaining("error strict decoding YAML"),
  });
});
