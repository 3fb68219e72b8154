/** Custom objects selected by fields that one of several versions has. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { send } from "../../test/workers/send.ts";
import type { Env } from "../env.ts";

const { API } = env as Env;

interface Doors {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function sent(...request: Parameters<typeof send>): Promise<Response> {
  const [, path] = request;
  const response = await send(...request);
  expect(response.status, path).toBeLessThan(300);
  return response;
}

const doors = (version: string) => `/apis/select.example/${version}/namespaces/default/doors`;

async function namesOf(version: string, query: string, accept = "application/json"): Promise<string[]> {
  const headers = { Accept: accept };
  const response = await API.fetch(new Request(`https://sailplane${doors(version)}?${query}`, { headers }));
  return ((await response.json()) as Doors).items.map(({ metadata }) => metadata.name);
}

const version = (name: string, fields: readonly string[], storage: boolean) => ({
  name,
  storage,
  served: true,
  selectableFields: fields.map((field) => ({ jsonPath: `.${field}` })),
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: Object.fromEntries(fields.map((field) => [field, { type: "string", default: "plain" }])),
      "x-kubernetes-preserve-unknown-fields": true,
    },
  },
});

const door = (at: string, name: string, fields: object) => ({
  apiVersion: `select.example/${at}`,
  kind: "Door",
  metadata: { name },
  ...fields,
});

beforeAll(async () => {
  await sent("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "doors.select.example" },
    spec: {
      group: "select.example",
      scope: "Namespaced",
      names: { plural: "doors", kind: "Door" },
      versions: [version("v1", ["color"], true), version("v2", ["color", "size"], false)],
    },
  });
  await sent("POST", doors("v1"), door("v1", "a", { color: "red", size: "tall" }));
  await sent("POST", doors("v1"), door("v1", "b", { color: "red" }));
  await sent("POST", doors("v2"), door("v2", "c", { color: "blue", size: "tall" }));
});

test("CRD-SELECT: selectable fields are those of the requested version, whichever wrote the object; defaults are those of the storage version", async () => {
  expect(await namesOf("v2", "fieldSelector=size=tall")).toEqual(["a", "c"]);
  expect(await namesOf("v2", "fieldSelector=size=plain")).toEqual([]);
  expect(await namesOf("v2", "fieldSelector=size=")).toEqual(["b"]);
  expect(await namesOf("v1", "fieldSelector=color=red")).toEqual(["a", "b"]);
  expect(await namesOf("v2", "fieldSelector=size=tall,metadata.name=c")).toEqual(["c"]);
  const metadata = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
  expect(await namesOf("v2", "fieldSelector=size=tall", metadata)).toEqual(["a", "c"]);
});

test("CRD-SELECT: a page has its full length, and the next continues after it", async () => {
  const first = (await (await sent("GET", `${doors("v2")}?fieldSelector=size=tall&limit=1`)).json()) as Doors;
  expect(first.items.map(({ metadata }) => metadata.name)).toEqual(["a"]);
  expect(await namesOf("v2", `fieldSelector=size=tall&limit=1&continue=${first.metadata.continue}`)).toEqual(["c"]);
});

test("WIRE-CONTINUE: a page of selected objects ends where it would be too long to be held, too", async () => {
  const names = Array.from({ length: 11 }, (_, index) => `long-${String(index).padStart(2, "0")}`);
  for (const name of names)
    await sent("POST", doors("v2"), door("v2", name, { size: "long", filler: "x".repeat(1_000_000) }));
  const query = `${doors("v2")}?fieldSelector=size=long&limit=${names.length}`;
  const first = (await (await sent("GET", query)).json()) as Doors;
  const found = first.items.map(({ metadata }) => metadata.name);
  expect(found.length).toBeLessThan(names.length);
  const rest = await namesOf("v2", `fieldSelector=size=long&limit=50&continue=${first.metadata.continue}`);
  expect([...found, ...rest]).toEqual(names);
  for (const name of names) await sent("DELETE", `${doors("v2")}/${name}`);
});

test("CRD-SELECT: a watch sends ADDED and DELETED when an object starts and stops matching", async () => {
  const { metadata } = (await (await sent("GET", doors("v2"))).json()) as Doors;
  const since = `watch=1&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=1&fieldSelector=size=tall`;
  const watched = sent("GET", `${doors("v2")}?${since}`);
  await sent("PATCH", `${doors("v2")}/a`, { size: "low" });
  await sent("PATCH", `${doors("v1")}/b`, { size: "tall" });
  await sent("PATCH", `${doors("v1")}/c`, { color: "white" });
  await sent("DELETE", `${doors("v1")}/a`);
  await sent("DELETE", `${doors("v1")}/b`);
  const lines = (await (await watched).text()).trim().split("\n");
  const reported = lines.map(
    (line) => JSON.parse(line) as { type: string; object: { metadata: object; size: string } },
  );
  expect(reported.map(({ type, object }) => ({ type, size: object.size, metadata: object.metadata }))).toMatchObject([
    { type: "DELETED", size: "tall", metadata: { name: "a" } },
    { type: "ADDED", size: "tall", metadata: { name: "b" } },
    { type: "MODIFIED", size: "tall", metadata: { name: "c" } },
    { type: "DELETED", size: "tall", metadata: { name: "b" } },
  ]);
});
