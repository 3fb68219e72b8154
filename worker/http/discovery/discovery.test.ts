import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { decodeMessage } from "../../../api/machinery/protobuf/decode.ts";
import { encodeProtobuf, openEnvelope, type Typed, wireStructOf } from "../../../api/machinery/protobuf/protobuf.ts";
import { defineResource, type Resource } from "../../../api/resources/resource.ts";
import { compareVersions } from "../../kinds/group-order.ts";
import { respondWithEtag, taggedDocument } from "../response/etag.ts";
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions, rootPaths } from "./discovery.ts";

const same = (object: KubeObject) => object;
const resources: readonly Resource[] = [
  defineResource({
    group: "",
    version: "v1",
    kind: "Pod",
    plural: "pods",
    scope: "Namespaced",
    shortNames: ["po"],
    categories: ["all"],
    status: {},
    subresources: {
      log: { verbs: ["get"] },
      eviction: { verbs: ["create"], kind: { group: "policy", version: "v1", kind: "Eviction" } },
      binding: { verbs: ["create"], kind: { group: "", version: "v1", kind: "Binding" } },
    },
  }),
  defineResource({
    group: "",
    version: "v1",
    kind: "Binding",
    plural: "bindings",
    scope: "Namespaced",
    verbs: ["create"],
  }),
  defineResource({
    group: "autoscaling",
    version: "v2",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    scope: "Namespaced",
    otherVersions: [{ version: "v1", toStored: same, fromStored: same }],
  }),
  defineResource({
    group: "example.com",
    version: "v1beta1",
    kind: "Thing",
    plural: "things",
    scope: "Cluster",
    singular: "stuff",
  }),
  defineResource({
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments",
    scope: "Namespaced",
    generation: true,
  }),
];

test("WIRE-DISCOVERY: groups are in the order of Kubernetes' priorities, custom ones last; preferred versions first", () => {
  expect(apiGroupList(resources).groups.map(({ name }) => name)).toEqual(["apps", "autoscaling", "example.com"]);
  expect(apiGroup(resources, "autoscaling")).toEqual({
    kind: "APIGroup",
    apiVersion: "v1",
    name: "autoscaling",
    versions: [
      { groupVersion: "autoscaling/v2", version: "v2" },
      { groupVersion: "autoscaling/v1", version: "v1" },
    ],
    preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
  });
  expect(apiGroup(resources, "nope")).toBeUndefined();
  expect(apiVersions("host:443")).toMatchObject({ versions: ["v1"] });
});

test("WIRE-DISCOVERY: the group of APIServices comes before every group that they register", () => {
  const registration = defineResource({
    group: "apiregistration.k8s.io",
    version: "v1",
    kind: "APIService",
    plural: "apiservices",
    scope: "Cluster",
  });
  const king = { group: "acme.io", version: "v1", groupPriority: 20_000, versionPriority: 1 };
  const names = apiGroupList([...resources, registration], [king]).groups.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(["apiregistration.k8s.io", "acme.io"]);
});

test("WIRE-DISCOVERY: a group is sorted by the highest priority of its APIServices, its versions by theirs", () => {
  const remote = (group: string, version: string, groupPriority: number, versionPriority: number) => ({
    group,
    version,
    groupPriority,
    versionPriority,
  });
  const remotes = [
    remote("acme.io", "v1", 20_000, 15),
    remote("acme.io", "v1alpha1", 1, 20),
    remote("acme.io", "v2", 10, 15),
    remote("last.io", "v1", 1, 1),
    remote("example.com", "v2", 10, 200),
  ];
  expect(apiGroupList(resources, remotes).groups.map(({ name }) => name)).toEqual([
    "acme.io",
    "apps",
    "autoscaling",
    "example.com",
    "last.io",
  ]);
  const versionsOf = (group: string) => apiGroup(resources, group, remotes)?.versions.map(({ version }) => version);
  expect(versionsOf("acme.io")).toEqual(["v1alpha1", "v2", "v1"]);
  expect(versionsOf("example.com")).toEqual(["v2", "v1beta1"]);
});

test("versions are ordered by stability, then number", () => {
  const versions = ["v1alpha1", "foo", "v2", "v10", "v1beta2", "v1beta10", "v1", "v3beta1"];
  expect(versions.sort(compareVersions)).toEqual([
    "v10",
    "v2",
    "v1",
    "v3beta1",
    "v1beta10",
    "v1beta2",
    "v1alpha1",
    "foo",
  ]);
});

test("a group version lists resources and subresources by name", () => {
  const list = apiResourceList(resources, "", "v1");
  expect(list).toMatchObject({ kind: "APIResourceList", groupVersion: "v1" });
  expect(list).not.toHaveProperty("apiVersion");
  expect(list?.resources).toEqual([
    { name: "bindings", singularName: "binding", namespaced: true, kind: "Binding", verbs: ["create"] },
    {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
      shortNames: ["po"],
      storageVersionHash: "xPOwRZ+Yhw8=",
      categories: ["all"],
    },
    { name: "pods/binding", singularName: "", namespaced: true, kind: "Binding", verbs: ["create"] },
    {
      name: "pods/eviction",
      singularName: "",
      namespaced: true,
      group: "policy",
      version: "v1",
      kind: "Eviction",
      verbs: ["create"],
    },
    { name: "pods/log", singularName: "", namespaced: true, kind: "Pod", verbs: ["get"] },
    { name: "pods/status", singularName: "", namespaced: true, kind: "Pod", verbs: ["get", "patch", "update"] },
  ]);
  expect(apiResourceList(resources, "autoscaling", "v1")).toMatchObject({
    apiVersion: "v1",
    groupVersion: "autoscaling/v1",
  });
  expect(apiResourceList(resources, "apps", "v2")).toBeUndefined();
});

test("aggregated discovery has a protobuf form", () => {
  const document = aggregatedDiscovery(resources, "/apis") as Typed & { items: readonly KubeObject[] };
  const { apiVersion = "", kind = "" } = document;
  const struct = wireStructOf(apiVersion, kind);
  if (!struct) throw new Error(`no such message: ${kind}`);
  const { raw, ...typed } = openEnvelope(encodeProtobuf(document) ?? new Uint8Array());
  expect(typed).toMatchObject({ apiVersion, kind });
  const { items } = decodeMessage(raw, struct) as { items: readonly KubeObject[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(document.items.map(({ metadata }) => metadata.name));
});

test("aggregated discovery has the same content in one document", () => {
  const core = aggregatedDiscovery(resources, "/api");
  expect(core.items).toHaveLength(1);
  expect(core.items[0]?.versions[0]?.resources[1]).toMatchObject({
    resource: "pods",
    responseKind: { group: "", version: "", kind: "Pod" },
    scope: "Namespaced",
    subresources: [
      { subresource: "binding", responseKind: { group: "", version: "", kind: "Binding" }, verbs: ["create"] },
      {
        subresource: "eviction",
        responseKind: { group: "policy", version: "v1", kind: "Eviction" },
        verbs: ["create"],
      },
      { subresource: "log" },
      { subresource: "status" },
    ],
  });
  const named = aggregatedDiscovery(resources, "/apis");
  expect(named.items.map(({ metadata }) => metadata.name)).toEqual(["apps", "autoscaling", "example.com"]);
  expect(named.items[2]?.versions[0]?.resources[0]).toMatchObject({ scope: "Cluster", singularResource: "stuff" });
});

test("the index lists the paths of discovery", () => {
  expect(rootPaths(resources).paths).toEqual(
    expect.arrayContaining(["/apis/autoscaling", "/apis/autoscaling/v1", "/version"]),
  );
});

describe("a discovery document with an ETag", () => {
  const ask = (etag: string) => new Request("http://x/", { headers: { "If-None-Match": etag } });

  test("is sent only once", async () => {
    const document = await taggedDocument("application/json", "{}");
    const first = respondWithEtag(ask(""), document, "public");
    expect([first.status, await first.text()]).toEqual([200, "{}"]);
    expect(respondWithEtag(ask(`"x", ${first.headers.get("ETag")}`), document, "public").status).toBe(304);
  });
});

test("WIRE-DISCOVERY: subresources of a custom kind are status before scale, those of built-in kinds are sorted by name", () => {
  const numbers = { specReplicas: () => 1, statusReplicas: () => 1, selector: () => "", setReplicas: () => {} };
  const scale = { replicasPath: ["spec", "replicas"], ...numbers };
  const kind = {
    group: "e.com",
    version: "v1",
    kind: "Foo",
    plural: "foos",
    scope: "Cluster",
    status: {},
    scale,
  } as const;
  const names = (resource: Resource) => apiResourceList([resource], "e.com", "v1")?.resources.map(({ name }) => name);
  expect(names({ ...defineResource(kind), structuralSchema: {} })).toEqual(["foos", "foos/status", "foos/scale"]);
  expect(names(defineResource(kind))).toEqual(["foos", "foos/scale", "foos/status"]);
});

test("a custom kind whose storage version is not served has no storageVersionHash", () => {
  const kind = { group: "e.com", version: "v2", kind: "Foo", plural: "foos", scope: "Namespaced" } as const;
  const shown = (resource: Resource) => apiResourceList([resource], "e.com", "v2")?.resources[0];
  expect(shown({ ...defineResource(kind), structuralSchema: {} })).not.toHaveProperty("storageVersionHash");
  const stored = { structuralSchema: {}, storageVersion: "v1" };
  expect(shown({ ...defineResource(kind), ...stored })).toHaveProperty("storageVersionHash");
});

test("WIRE-DISCOVERY: the aggregated document has the full kind of custom objects", () => {
  const kind = { group: "e.com", version: "v1", kind: "Foo", plural: "foos", scope: "Cluster", status: {} } as const;
  const { items } = aggregatedDiscovery([{ ...defineResource(kind), structuralSchema: {} }], "/apis");
  const responseKind = { group: "e.com", version: "v1", kind: "Foo" };
  expect(items[0]?.versions[0]?.resources[0]).toMatchObject({ responseKind, subresources: [{ responseKind }] });
});
