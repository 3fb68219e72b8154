import { describe, expect, test } from "vitest";
import { pod } from "../../../api/resources/core/pod.ts";
import { defineResource, type Resource } from "../../../api/resources/resource.ts";
import { documentationLookup } from "../documentation.ts";
import { documentPaths, openApiV2, openApiV3 } from "./documents.ts";
import { gnosticV2 } from "./gnostic-v2.ts";
import type { Schema } from "./schemas.ts";

const crontab = defineResource({
  group: "stable.example.com",
  version: "v1",
  kind: "CronTab",
  plural: "crontabs",
  scope: "Cluster",
  structuralSchema: { type: "object", description: "A tab.", properties: { spec: { type: "object" } } },
  fields: { "spec.color": () => "" },
});
const resources: readonly Resource[] = [
  defineResource({ group: "", version: "v1", kind: "Pod", plural: "pods", scope: "Namespaced", status: {} }),
  defineResource({
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments",
    scope: "Namespaced",
    status: {},
    scale: {
      replicasPath: ["spec", "replicas"],
      specReplicas: () => 0,
      statusReplicas: () => 0,
      selector: () => "",
      setReplicas: () => {},
    },
  }),
  crontab,
];
const documentation = {
  Time: { "": "A time." },
  "apps.v1.DeploymentSpec": { "": "The spec.", replicas: "How many." },
  "core.v1.Container": {
    imagePullPolicy:
      'When.\n\nPossible enum values:\n - `"Always"` at each start\n - `"IfNotPresent"` once\n - `"Never"`',
  },
};
const request = { resources, documentation };

/** Every `$ref` of a document must lead to one of its schemas. */
function danglingReferences(document: Schema, schemas: object, prefix: string): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = ""]) => to);
  return [...new Set(references)].filter((to) => !to.startsWith(prefix) || !(to.slice(prefix.length) in schemas));
}

const { definitions } = openApiV2(request) as { definitions: Record<string, Schema> } & Schema;

describe("WIRE-OPENAPI: version 3", () => {
  test("is one document for each group version", () => {
    expect(documentPaths(resources)).toEqual(
      expect.arrayContaining(["api/v1", "apis/apps/v1", "apis/stable.example.com/v1"]),
    );
    expect(openApiV3(request, "apis/nope/v1")).toBeUndefined();
  });

  const apps = openApiV3(request, "apis/apps/v1") as {
    paths: Record<string, Record<string, { parameters?: { name: string }[] } & Schema>>;
    components: { schemas: Record<string, Schema> };
  };

  test("lists types, merge keys, defaults and descriptions", () => {
    expect(apps.components.schemas["io.k8s.api.apps.v1.DeploymentSpec"]).toMatchObject({
      description: "The spec.",
      required: ["selector", "template"],
      properties: {
        replicas: { description: "How many.", type: "integer", format: "int32" },
        // There is no description here, so the reference stands alone.
        selector: { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector" },
        strategy: { default: {}, "x-kubernetes-patch-strategy": "retainKeys" },
      },
    });
    expect(apps.components.schemas["io.k8s.api.core.v1.PodSpec"]).toMatchObject({
      properties: {
        containers: {
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          "x-kubernetes-patch-merge-key": "name",
        },
      },
    });
    expect(apps.components.schemas["io.k8s.api.apps.v1.Deployment"]).toMatchObject({
      "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
    });
  });

  test("WIRE-OPENAPI-VALUES: lists a field's enum values, and Go's default for a missing field", () => {
    const properties = (name: string) => apps.components.schemas[`io.k8s.api.core.v1.${name}`]?.properties;
    expect(properties("PodSpec")).toMatchObject({
      restartPolicy: {
        enum: ["Always", "Never", "OnFailure"],
        description: expect.stringMatching(/\n\nPossible enum values:\n - `"Always"`\n - `"Never"`\n - `"OnFailure"`$/),
      },
    });
    expect(properties("PersistentVolumeClaimSpec")).toMatchObject({
      accessModes: { items: { enum: expect.arrayContaining(["ReadWriteOnce"]) } },
    });
    expect(properties("Container")).toMatchObject({ name: { default: "" } });
    expect(properties("Container")).not.toHaveProperty("image.default");
    expect(properties("SecretKeySelector")).toMatchObject({ name: { default: "" } });
    expect(properties("GRPCAction")).toMatchObject({ service: { default: "" } });
    expect(definitions["io.k8s.api.core.v1.Container"]?.properties).not.toHaveProperty("name.default");
    expect(definitions["io.k8s.api.core.v1.ContainerPort"]?.properties).toMatchObject({
      protocol: { type: "string", enum: ["SCTP", "TCP", "UDP"] },
    });
  });

  test("describes the kind of each path and the media types of patches", () => {
    const path = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    expect(path?.patch).toMatchObject({
      "x-kubernetes-group-version-kind": { group: "apps", version: "v1", kind: "Deployment" },
    });
    expect(path?.patch?.parameters?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["dryRun", "fieldValidation", "fieldManager"]),
    );
    expect(Object.keys(apps.paths)).toContain("/apis/apps/v1/deployments");
    expect(apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]?.get).toMatchObject({
      "x-kubernetes-group-version-kind": { group: "autoscaling", version: "v1", kind: "Scale" },
    });
  });

  test("WIRE-OPENAPI-STREAMS: describes streams, with their query parameters, and the deprecated watch paths", () => {
    const core = openApiV3({ ...request, resources: [pod as Resource, ...resources] }, "api/v1") as typeof apps;
    const pods = "/api/v1/namespaces/{namespace}/pods/{name}";
    const namesAt = (path: string) =>
      (core.paths[path] as { parameters?: { name: string }[] } | undefined)?.parameters?.map(({ name }) => name);
    expect(namesAt(`${pods}/exec`)).toEqual([
      "command",
      "container",
      "name",
      "namespace",
      "stderr",
      "stdin",
      "stdout",
      "tty",
    ]);
    expect(namesAt(`${pods}/log`)).toEqual(expect.arrayContaining(["follow", "sinceSeconds", "tailLines"]));
    expect(Object.keys(core.paths[`${pods}/proxy/{path}`] ?? {})).toEqual(
      expect.arrayContaining(["head", "options", "put"]),
    );
    expect(core.paths[`${pods}/exec`]?.get).toMatchObject({
      operationId: "connectCoreV1GetNamespacedPodExec",
      "x-kubernetes-action": "connect",
      "x-kubernetes-group-version-kind": { kind: "PodExecOptions" },
      responses: { 200: { content: { "*/*": { schema: { type: "string" } } } } },
    });
    expect(core.paths["/api/v1/watch/namespaces/{namespace}/pods/{name}"]?.get).toMatchObject({
      "x-kubernetes-action": "watch",
    });
  });

  test("lists common parameters at the path, and the body and answer of a deletion", () => {
    const path = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    expect(path).toMatchObject({ parameters: [{ name: "name" }, { name: "namespace" }, { name: "pretty" }] });
    expect(path?.patch?.parameters?.map(({ name }) => name)).not.toContain("pretty");
    expect(path?.delete).toMatchObject({
      requestBody: { content: { "*/*": {} } },
      responses: { 200: { content: { "application/json": { schema: { $ref: expect.stringMatching(/Status$/) } } } } },
    });
    expect(Object.keys((path?.delete as { responses?: object } | undefined)?.responses ?? {})).toEqual([
      "200",
      "202",
      "401",
    ]);
  });

  test("exists for group indexes, too, which have no kind", () => {
    const paths = documentPaths(request.resources);
    expect(paths).toEqual(expect.arrayContaining(["api", "apis", "apis/apps", "version", "openid/v1/jwks"]));
    for (const path of paths) {
      const document = openApiV3(request, path) as typeof apps;
      expect([path, Object.keys(document.paths).length]).not.toEqual([path, 0]);
      const { schemas = {} } = document.components;
      expect(danglingReferences(document as Schema, schemas, "#/components/schemas/")).toEqual([]);
    }
  });

  test("has no dangling references", () => {
    expect(danglingReferences(apps as Schema, apps.components.schemas, "#/components/schemas/")).toEqual([]);
  });

  test("offers no strategic merge patch for custom kinds, since kubectl apply would send one", () => {
    const custom = openApiV3(request, "apis/stable.example.com/v1") as typeof apps;
    const taken = (document: typeof apps, path: string) => JSON.stringify(document.paths[path]?.patch);
    const strategic = "application/strategic-merge-patch+json";
    expect(taken(custom, "/apis/stable.example.com/v1/crontabs/{name}")).not.toContain(strategic);
    expect(taken(apps, "/apis/apps/v1/namespaces/{namespace}/deployments/{name}")).toContain(strategic);
  });

  test("names operations of custom kinds in Kubernetes' way, and lists the parameters of a GET", () => {
    const dashed = { ...crontab, group: "acme.cert-manager.io", kind: "Issuer" };
    const document = openApiV3({ ...request, resources: [dashed] }, "apis/acme.cert-manager.io/v1") as typeof apps;
    expect(document.paths["/apis/acme.cert-manager.io/v1/crontabs/{name}"]).toMatchObject({
      get: {
        operationId: "readAcmeCertManagerIoV1Issuer",
        tags: ["acmeCertManagerIo_v1"],
        parameters: [{ name: "resourceVersion" }],
      },
      delete: { description: "delete an Issuer" },
    });
  });

  test("includes custom kinds in the same way", () => {
    const { components, paths } = openApiV3(request, "apis/stable.example.com/v1") as typeof apps;
    expect(components.schemas["com.example.stable.v1.CronTab"]).toMatchObject({
      description: "A tab.",
      properties: { spec: { type: "object" }, metadata: { allOf: [expect.anything()] }, kind: { type: "string" } },
      "x-kubernetes-group-version-kind": [{ group: "stable.example.com", version: "v1", kind: "CronTab" }],
      "x-kubernetes-selectable-fields": [{ fieldPath: "spec.color" }],
    });
    expect(paths["/apis/stable.example.com/v1/crontabs"]).toMatchObject({ parameters: [{ name: "pretty" }] });
    expect(Object.keys(paths)).toEqual([
      "/apis/stable.example.com/v1/crontabs",
      "/apis/stable.example.com/v1/crontabs/{name}",
    ]);
  });
});

describe("version 2", () => {
  const document = openApiV2(request) as Schema & { definitions: Record<string, Schema> };

  test("describes what paths of custom kinds consume, even though a GET has no body", () => {
    expect(document).toMatchObject({
      paths: {
        "/apis/stable.example.com/v1/crontabs": { get: { consumes: ["application/json", "application/yaml"] } },
        "/apis/apps/v1/deployments": { get: { consumes: ["*/*"] } },
      },
    });
  });

  test("is one document with plain references", () => {
    expect(document).toMatchObject({ swagger: "2.0" });
    expect(danglingReferences(document, document.definitions, "#/definitions/")).toEqual([]);
    expect(document.definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]).toEqual({
      type: "string",
      format: "int-or-string",
    });
  });

  test("WIRE-OPENAPI: types that are no structs have texts", () => {
    const core = openApiV3(request, "api/v1") as { components: { schemas: Record<string, Schema> } };
    const schemas = [document.definitions, core.components.schemas];
    for (const named of schemas) {
      expect(named["io.k8s.apimachinery.pkg.apis.meta.v1.Time"]).toMatchObject({ description: "A time." });
      expect(named["io.k8s.apimachinery.pkg.api.resource.Quantity"]).toMatchObject({
        description: expect.stringMatching("suffix"),
      });
    }
  });

  test("is also a protobuf message", () => {
    const bytes = gnosticV2(document);
    expect([...bytes.subarray(0, 5)]).toEqual(
      [0x0a, 3, ..."2.0"].map((part) => (typeof part === "string" ? part.charCodeAt(0) : part)),
    );
    expect(bytes.length).toBeGreaterThan(50_000);
  });
});

test("descriptions do not repeat enum values, and table columns omit these", () => {
  const { schemas } = (openApiV3(request, "apis/apps/v1") as { components: { schemas: Record<string, Schema> } })
    .components;
  const text = documentation["core.v1.Container"].imagePullPolicy;
  expect(schemas["io.k8s.api.core.v1.Container"]).toMatchObject({
    properties: { imagePullPolicy: { description: text } },
  });
  expect(documentationLookup(documentation)("core.v1.Container.imagePullPolicy")).toBe("When.");
});

test("table columns use the descriptions of fields", () => {
  expect(documentationLookup(documentation)("apps.v1.DeploymentSpec.replicas")).toBe("How many.");
  expect(documentationLookup(documentation)("apps.v1.Nope.x")).toBeUndefined();
});
