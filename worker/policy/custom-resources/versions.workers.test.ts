/** A definition with several versions and no conversion webhook. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { CLUSTER_STORE, call, newCluster } from "../../../test/workers/api-under-test.ts";
import { send } from "../../../test/workers/send.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;

async function answered(...request: Parameters<typeof send>) {
  return (await (await send(...request)).json()) as {
    readonly apiVersion: string;
    readonly spec: object;
    readonly items?: object[];
  };
}

const version = (name: string, fields: readonly string[], storage = false) => ({
  name,
  storage,
  served: true,
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: { type: "object", properties: Object.fromEntries(fields.map((field) => [field, { type: "string" }])) },
      },
    },
  },
});

test("CRD-STORED, CRD-CONVERT: each version shows its own fields of the stored object", async () => {
  await answered("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "gates.versions.example" },
    spec: {
      group: "versions.example",
      scope: "Namespaced",
      names: { plural: "gates", kind: "Gate" },
      versions: [version("v1", ["color", "size"], true), version("v2", ["color", "weight"])],
    },
  });
  const gates = (at: string) => `/apis/versions.example/${at}/namespaces/default/gates`;
  const shown = async (at: string) => {
    const { apiVersion, spec } = await answered("GET", `${gates(at)}/g`);
    expect((await answered("GET", gates(at))).items).toMatchObject([{ apiVersion, spec }]);
    return [apiVersion, spec];
  };
  await answered("POST", gates("v1"), {
    apiVersion: "versions.example/v1",
    kind: "Gate",
    metadata: { name: "g" },
    spec: { color: "red", size: "tall", weight: "dropped" },
  });
  expect(await shown("v1")).toEqual(["versions.example/v1", { color: "red", size: "tall" }]);
  expect(await shown("v2")).toEqual(["versions.example/v2", { color: "red" }]);
  // Written at the other version, it is stored as that version shows it; the storage version does not know its weight.
  await answered("PATCH", `${gates("v2")}/g`, { spec: { color: "blue", weight: "lost" } });
  expect(await shown("v2")).toEqual(["versions.example/v2", { color: "blue" }]);
  expect(await shown("v1")).toEqual(["versions.example/v1", { color: "blue" }]);
});

test("CRD-CONVERT: a kind of one version whose definition names a webhook is listed without asking it", async () => {
  const clientConfig = { service: { namespace: "default", name: "nobody" } };
  await answered("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "doors.hooked.example" },
    spec: {
      group: "hooked.example",
      scope: "Namespaced",
      names: { plural: "doors", kind: "Door" },
      versions: [version("v1", ["color"], true)],
      conversion: { strategy: "Webhook", webhook: { clientConfig, conversionReviewVersions: ["v1"] } },
    },
  });
  const doors = "/apis/hooked.example/v1/namespaces/default/doors";
  expect((await answered("GET", doors)).items).toEqual([]);
  const door = { apiVersion: "hooked.example/v1", kind: "Door", metadata: { name: "d" }, spec: { color: "red" } };
  await answered("POST", doors, door);
  expect((await answered("GET", doors)).items).toMatchObject([door]);
});

test("CRD-STORED: an object keeps the fields of the version at which it is stored until it is written again", async () => {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const versions = (storage: string) => [
    version("v1", ["color", "size"], storage === "v1"),
    version("v2", ["color", "weight"], storage === "v2"),
  ];
  await answered("POST", definitions, {
    metadata: { name: "moves.moved.example" },
    spec: {
      group: "moved.example",
      scope: "Namespaced",
      names: { plural: "moves", kind: "Move" },
      versions: versions("v1"),
    },
  });
  const moves = (at: string) => `/apis/moved.example/${at}/namespaces/default/moves`;
  const shown = async (at: string) => (await answered("GET", `${moves(at)}/m`)).spec;
  const body = {
    apiVersion: "moved.example/v1",
    kind: "Move",
    metadata: { name: "m" },
    spec: { color: "red", size: "tall" },
  };
  await answered("POST", moves("v1"), body);
  await answered("PATCH", `${definitions}/moves.moved.example`, { spec: { versions: versions("v2") } });
  expect(await shown("v1")).toEqual({ color: "red", size: "tall" });
  expect(await shown("v2")).toEqual({ color: "red" });
  // A write that changes nothing stores it again, which is how objects are migrated.
  await answered("PATCH", `${moves("v1")}/m`, {});
  expect(await shown("v1")).toEqual({ color: "red" });
});

test("CRD-STORED: a patch sees no defaults of the version of the request, only those of the stored one", async () => {
  const one = (name: string, storage: boolean, more: object) => {
    const properties = { color: { type: "string" }, ...more };
    const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
    return { name, storage, served: true, schema: { openAPIV3Schema } };
  };
  await answered("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "tags.tagged.example" },
    spec: {
      group: "tagged.example",
      scope: "Namespaced",
      names: { plural: "tags", kind: "Tag" },
      versions: [one("v1", true, {}), one("v2", false, { size: { type: "string", default: "tall" } })],
    },
  });
  const tags = "/apis/tagged.example/v2/namespaces/default/tags";
  await answered("POST", tags, {
    apiVersion: "tagged.example/v2",
    kind: "Tag",
    metadata: { name: "t" },
    spec: { color: "red" },
  });
  const patch = [{ op: "test", path: "/spec/size", value: "tall" }];
  const headers = { "Content-Type": "application/json-patch+json" };
  const init = { method: "PATCH", headers, body: JSON.stringify(patch) };
  const apply = (body: object) =>
    API.fetch(
      new Request(`https://sailplane${tags}/t?fieldManager=m`, {
        method: "PATCH",
        headers: { "Content-Type": "application/apply-patch+yaml" },
        body: JSON.stringify({ apiVersion: "tagged.example/v2", kind: "Tag", ...body }),
      }),
    );
  expect((await API.fetch(new Request(`https://sailplane${tags}/t`, init))).status).toBe(422);
  // What the patched object gets by default is new each time.
  const labels = { labels: { a: "b" } };
  expect(await answered("PATCH", `${tags}/t`, { metadata: labels })).toMatchObject({
    metadata: { generation: 2, ...labels },
  });
  for (const _ of ["changed", "unchanged"]) {
    const applied = await apply({ metadata: { labels: { c: "d" } } });
    expect(await applied.json()).toMatchObject({ metadata: { generation: 3, labels: { a: "b", c: "d" } } });
  }
});

test("CRD-FOUND: a kind that another isolate has just defined is served by an isolate that has not heard of it", async () => {
  const [here, elsewhere] = [await newCluster("found"), await newCluster("found")];
  const storeOf = (cluster: string) => CLUSTER_STORE.getByName(cluster.split("/").at(-1) ?? "");
  const lamps = `${here}/apis/found.example/v1/namespaces/default/lamps`;
  expect((await call(lamps)).code).toBe(404);
  const definition = {
    metadata: { name: "lamps.found.example" },
    spec: {
      group: "found.example",
      scope: "Namespaced",
      names: { plural: "lamps", kind: "Lamp" },
      versions: [version("v1", ["color"], true)],
    },
  };
  const definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  expect((await call(`${elsewhere}/${definitions}`, { body: definition })).code).toBe(201);
  const key = {
    resource: "customresourcedefinitions.apiextensions.k8s.io",
    namespace: "",
    name: "lamps.found.example",
  };
  const read = await storeOf(elsewhere).read({ key });
  if (!read.ok || !read.entry) throw new Error("the definition is not there");
  const { attributes, revision, text } = read.entry;
  // Written as by another isolate, of which this one is not told.
  const unwritten = text.replace(`"resourceVersion":"${revision}"`, '"resourceVersion":""');
  const write = { op: "create", key, text: unwritten, attributes } as const;
  expect(await storeOf(here).commit({ writes: [write], changesPolicy: true })).toMatchObject({ ok: true });
  expect(await call(lamps)).toMatchObject({ code: 200, object: { kind: "LampList" } });
});

test("CRD-ENDING: a kind whose definition is marked for deletion accepts no more objects", async () => {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await answered("POST", definitions, {
    metadata: { name: "doors.ending.example", finalizers: ["ending.example/held"] },
    spec: {
      group: "ending.example",
      scope: "Namespaced",
      names: { plural: "doors", kind: "Door" },
      versions: [version("v1", ["color"], true)],
    },
  });
  const door = (name: string) => ({ apiVersion: "ending.example/v1", kind: "Door", metadata: { name } });
  const doors = "/apis/ending.example/v1/namespaces/default/doors";
  expect(await answered("POST", doors, door("first"))).toMatchObject({ kind: "Door" });
  await answered("DELETE", `${definitions}/doors.ending.example`);
  expect(await answered("POST", doors, door("late"))).toMatchObject({
    code: 403,
    message:
      'doors.ending.example "late" is forbidden: create not allowed while custom resource definition is terminating',
  });
  expect(await answered("POST", doors, { ...door(""), metadata: { generateName: "late-" } })).toMatchObject({
    message: "doors.ending.example is forbidden: create not allowed while custom resource definition is terminating",
  });
  await answered("PATCH", `${definitions}/doors.ending.example`, { metadata: { finalizers: null } });
});

test("CRD-WATCH: a watch ends when the definition changes, and the next one uses the new one", async () => {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const spec = (fields: readonly string[]) => ({ versions: [version("v1", fields, true)] });
  await answered("POST", definitions, {
    metadata: { name: "bells.watched.example" },
    spec: {
      group: "watched.example",
      scope: "Namespaced",
      names: { plural: "bells", kind: "Bell" },
      ...spec(["tone"]),
    },
  });
  const bells = "/apis/watched.example/v1/namespaces/default/bells";
  const bell = { apiVersion: "watched.example/v1", kind: "Bell", metadata: { name: "b" }, spec: { tone: "low" } };
  await answered("POST", bells, bell);
  const watched = await API.fetch(new Request(`https://sailplane${bells}?watch=1&timeoutSeconds=600`));
  await answered("PATCH", `${definitions}/bells.watched.example`, { spec: spec(["tone", "weight"]) });
  expect(await watched.text()).toContain('"spec":{"tone":"low"}');
});

test("CRD-CONVERT: an object written at one version can be changed at another, including its status and scale", async () => {
  const properties = {
    spec: { type: "object", properties: { size: { type: "integer" } } },
    status: { type: "object", properties: { ready: { type: "integer" } } },
  };
  const subresources = { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.ready" } };
  const both = { served: true, subresources, schema: { openAPIV3Schema: { type: "object", properties } } };
  await answered("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "locks.versions.example" },
    spec: {
      group: "versions.example",
      scope: "Namespaced",
      names: { plural: "locks", kind: "Lock" },
      versions: [
        { name: "v1", storage: true, ...both },
        { name: "v2", storage: false, ...both },
      ],
    },
  });
  const locks = (at: string) => `/apis/versions.example/${at}/namespaces/default/locks`;
  await answered("POST", locks("v1"), {
    apiVersion: "versions.example/v1",
    kind: "Lock",
    metadata: { name: "l" },
    spec: { size: 1 },
  });
  const read = async () => (await answered("GET", `${locks("v1")}/l`)) as { metadata?: { resourceVersion?: string } };
  const { metadata } = await read();
  // An update without changes does not rewrite the object at its version.
  expect(await answered("PATCH", `${locks("v2")}/l`, {})).toMatchObject({
    apiVersion: "versions.example/v2",
    metadata,
  });
  expect(await answered("PATCH", `${locks("v2")}/l/status`, { status: { ready: 1 } })).toMatchObject({
    apiVersion: "versions.example/v2",
    spec: { size: 1 },
    status: { ready: 1 },
  });
  expect(await answered("PATCH", `${locks("v1")}/l/scale`, { spec: { replicas: 2 } })).toMatchObject({
    spec: { replicas: 2 },
    status: { replicas: 1 },
  });
  expect(await read()).toMatchObject({ apiVersion: "versions.example/v1", spec: { size: 2 }, status: { ready: 1 } });
});
