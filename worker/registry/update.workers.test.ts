/** Concurrent updates: each is based on the result of the previous one. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../env.ts";

const { API } = env as Env;
const COLLECTION = "https://sailplane/api/v1/namespaces/default/configmaps";
const WRITERS = 12;

const send = (method: string, name: string, body: object) => {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return API.fetch(
    new Request(`${COLLECTION}/${name}`, { method, body: JSON.stringify(body), headers: { "Content-Type": type } }),
  );
};

test("a write without a revision is not affected by other writers, however many there are", async () => {
  const metadata = { name: "busy" };
  await send("POST", "", { metadata });
  const answers = await Promise.all(
    Array.from({ length: WRITERS }, (_, i) => send("PATCH", "busy", { data: { [`writer-${i}`]: "was here" } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(WRITERS).fill(200));
  const { data } = await (await API.fetch(`${COLLECTION}/busy`)).json<{ data: object }>();
  expect(Object.keys(data)).toHaveLength(WRITERS);
});

test("of writes with a revision, the first succeeds", async () => {
  const created = await send("POST", "", { metadata: { name: "once" } });
  const { metadata } = await created.json<{ metadata: object }>();
  const bodies = ["PUT", "PUT", "PATCH", "PATCH"].map((method, i) =>
    send(method, "once", { metadata, data: { by: `${i}` } }),
  );
  const statuses = (await Promise.all(bodies)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 409, 409, 409]);
});

test.each(["", "/status"])(
  "a service whose last finalizer is removed at its path%s releases its address",
  async (part) => {
    const services = "https://sailplane/api/v1/namespaces/default/services";
    const sent = async (method: string, path: string, body?: object) => {
      const headers = { "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json" };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      return (await API.fetch(new Request(`${services}${path}`, init))).status;
    };
    const spec = { clusterIP: "10.96.7.7", ports: [{ port: 80 }] };
    const metadata = { name: "held", finalizers: ["acme.io/hold"] };
    expect(await sent("POST", "", { metadata, spec })).toBe(201);
    expect(await sent("DELETE", "/held")).toBe(200);
    expect(await sent("PATCH", `/held${part}`, { metadata: { finalizers: null } })).toBe(200);
    expect(await sent("POST", "", { metadata: { name: "next" }, spec })).toBe(201);
    expect(await sent("DELETE", "/next")).toBe(200);
  },
);

test("TRACK-05: an explicitly empty managedFields list resets tracking", async () => {
  const data = { a: "b" };
  await send("POST", "", { metadata: { name: "reset" }, data });
  const managedIn = async (response: Response) => {
    const { metadata } = await response.json<{ metadata: { managedFields?: object[] } }>();
    return metadata.managedFields?.length;
  };
  expect(await managedIn(await send("PATCH", "reset", { data }))).toBe(1);
  expect(await managedIn(await send("PUT", "reset", { metadata: { name: "reset", managedFields: [] } }))).toBe(
    undefined,
  );
  expect(await managedIn(await send("PATCH", "reset", { data: { c: "d" } }))).toBe(undefined);
});

test("TRACK-05: an explicitly empty managedFields list resets tracking at a non-storage version, too", async () => {
  const autoscalers = "https://sailplane/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
  const sent = async (method: string, path: string, metadata: object) => {
    const spec = { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" }, maxReplicas: 2 };
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ metadata: { name: "reset", ...metadata }, spec });
    const response = await API.fetch(new Request(`${autoscalers}${path}`, { method, headers, body }));
    return (await response.json<{ metadata: { managedFields?: object[] } }>()).metadata.managedFields?.length;
  };
  expect(await sent("POST", "", {})).toBe(1);
  expect(await sent("PUT", "/reset", { managedFields: [] })).toBe(undefined);
});

/** The names, which managedFields repeats, are most of it: 0.8 MB, or 1.6 with them. */
const manyKeys = Object.fromEntries(Array.from({ length: 9999 }, (_, i) => [`${"long".repeat(18)}-${i}`, "A"]));

test("STORE-SIZE: an object that is too large only with managedFields is stored without them, unless it is applied", async () => {
  const metadata = { name: "large" };
  const created = await send("POST", "", { metadata, data: manyKeys });
  expect(created.status).toBe(201);
  expect((await created.json<{ metadata: object }>()).metadata).not.toHaveProperty("managedFields");
  await send("POST", "", { metadata: { name: "grown" } });
  const grown = await send("PATCH", "grown", { data: manyKeys });
  expect(grown.status).toBe(200);
  expect((await grown.json<{ metadata: object }>()).metadata).not.toHaveProperty("managedFields");
  const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata });
  const headers = { "Content-Type": "application/apply-patch+yaml" };
  const applied = await API.fetch(
    new Request(`${COLLECTION}/large?fieldManager=someone`, { method: "PATCH", body, headers }),
  );
  expect([applied.status, await applied.json()]).toEqual([
    500,
    expect.objectContaining({ message: "etcdserver: request is too large" }),
  ]);
});
