/** Concurrent updates: each is based on the result of the previous one. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { send } from "../../test/workers/send.ts";
import type { Env } from "../env.ts";

const { API } = env as Env;
const COLLECTION = "https://sailplane/api/v1/namespaces/default/configmaps";
const WRITERS = 12;

const write = (method: string, name: string, body: object) => send(method, `${COLLECTION}/${name}`, body);

test("a write without a revision is not affected by other writers, however many there are", async () => {
  const metadata = { name: "busy" };
  await write("POST", "", { metadata });
  const answers = await Promise.all(
    Array.from({ length: WRITERS }, (_, i) => write("PATCH", "busy", { data: { [`writer-${i}`]: "was here" } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(WRITERS).fill(200));
  const { data } = await (await API.fetch(`${COLLECTION}/busy`)).json<{ data: object }>();
  expect(Object.keys(data)).toHaveLength(WRITERS);
});

test("of writes with a revision, the first succeeds", async () => {
  const created = await write("POST", "", { metadata: { name: "once" } });
  const { metadata } = await created.json<{ metadata: object }>();
  const bodies = ["PUT", "PUT", "PATCH", "PATCH"].map((method, i) =>
    write(method, "once", { metadata, data: { by: `${i}` } }),
  );
  const statuses = (await Promise.all(bodies)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 409, 409, 409]);
});

test.each(["", "/status"])(
  "a service whose last finalizer is removed at its path%s releases its address",
  async (part) => {
    const services = "https://sailplane/api/v1/namespaces/default/services";
    const sent = async (method: string, path: string, body?: object) =>
      (await send(method, `${services}${path}`, body)).status;
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
  await write("POST", "", { metadata: { name: "reset" }, data });
  const managedIn = async (response: Response) => {
    const { metadata } = await response.json<{ metadata: { managedFields?: object[] } }>();
    return metadata.managedFields?.length;
  };
  expect(await managedIn(await write("PATCH", "reset", { data }))).toBe(1);
  expect(await managedIn(await write("PUT", "reset", { metadata: { name: "reset", managedFields: [] } }))).toBe(
    undefined,
  );
  expect(await managedIn(await write("PATCH", "reset", { data: { c: "d" } }))).toBe(undefined);
});

test("TRACK-05: an explicitly empty managedFields list resets tracking at a non-storage version, too", async () => {
  const autoscalers = "https://sailplane/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
  const sent = async (method: string, path: string, metadata: object) => {
    const spec = { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" }, maxReplicas: 2 };
    const body = { metadata: { name: "reset", ...metadata }, spec };
    const response = await send(method, `${autoscalers}${path}`, body);
    return (await response.json<{ metadata: { managedFields?: object[] } }>()).metadata.managedFields?.length;
  };
  expect(await sent("POST", "", {})).toBe(1);
  expect(await sent("PUT", "/reset", { managedFields: [] })).toBe(undefined);
});

/** The names, which managedFields repeats, are most of it: 0.8 MB, or 1.6 with them. */
const manyKeys = Object.fromEntries(Array.from({ length: 9999 }, (_, i) => [`${"long".repeat(18)}-${i}`, "A"]));

test("STORE-SIZE: an object that is too large only with managedFields is stored without them, unless it is applied", async () => {
  const metadata = { name: "large" };
  const created = await write("POST", "", { metadata, data: manyKeys });
  expect(created.status).toBe(201);
  expect((await created.json<{ metadata: object }>()).metadata).not.toHaveProperty("managedFields");
  await write("POST", "", { metadata: { name: "grown" } });
  const grown = await write("PATCH", "grown", { data: manyKeys });
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
