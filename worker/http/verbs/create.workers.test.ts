import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Status } from "../../../api/machinery/status.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const JOBS = "https://sailplane/apis/batch/v1/namespaces/default/jobs";

/** The label names of a job that sets none. */
async function labelsOf(metadata: object): Promise<readonly string[]> {
  const template = {
    metadata: { labels: { app: "a" } },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "x" }] },
  };
  const body = JSON.stringify({ metadata, spec: { suspend: true, template } });
  const headers = { "Content-Type": "application/json" };
  const made: Job = await (await API.fetch(new Request(JOBS, { method: "POST", body, headers }))).json();
  return Object.keys(made.metadata.labels ?? {}).sort();
}

test("a job co-owns the labels copied from its template, unless its name is generated", async () => {
  const generated = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
  ];
  expect(await labelsOf({ name: "named" })).toEqual(["app", ...generated]);
  expect(await labelsOf({ generateName: "drawn-" })).toEqual(["app"]);
});

test("an unsupported media type is reported before invalid options, and a dry run ignores a resourceVersion", async () => {
  const roles = "https://sailplane/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  const post = async (url: string, type: string) =>
    (
      await API.fetch(
        new Request(url, {
          method: "POST",
          headers: { "Content-Type": type },
          body: JSON.stringify({ metadata: { name: "revised", resourceVersion: "1" }, rules: [] }),
        }),
      )
    ).status;
  expect(await post(`${roles}?dryRun=x`, "text/plain")).toBe(415);
  expect(await post(`${roles}?dryRun=x`, "application/json")).toBe(422);
  expect(await post(`${roles}?dryRun=All`, "application/json")).toBe(201);
  expect(await post(roles, "application/json")).toBe(500);
});

test("ADM-NAME: an object with a generateName whose name is taken may be sent again", async () => {
  const maps = "https://sailplane/api/v1/namespaces/default/configmaps";
  const post = (metadata: object) => {
    const headers = { "Content-Type": "application/json" };
    return API.fetch(new Request(maps, { method: "POST", body: JSON.stringify({ metadata }), headers }));
  };
  await post({ name: "taken" });
  const refused = await post({ name: "taken", generateName: "t-" });
  expect(refused.headers.get("Retry-After")).toBe("1");
  expect((await refused.json<Status>()).message).toBe(
    'configmaps "taken" already exists, the server was not able to generate a unique name for the object',
  );
});

test("a dry run answers the resourceVersion that was sent", async () => {
  const maps = "https://sailplane/api/v1/namespaces/default/configmaps?dryRun=All";
  const body = JSON.stringify({ metadata: { name: "sent", resourceVersion: '1"' } });
  const headers = { "Content-Type": "application/json" };
  const answer = await API.fetch(new Request(maps, { method: "POST", body, headers }));
  expect(await answer.json()).toMatchObject({ metadata: { resourceVersion: '1"' } });
});

test("REG-CREATE-REVISION: a PUT that creates ignores a revision, and refuses what is none", async () => {
  const roles = "https://sailplane/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  const put = async (name: string, resourceVersion: string) => {
    const body = JSON.stringify({ metadata: { name, resourceVersion }, rules: [] });
    const init = { method: "PUT", headers: { "Content-Type": "application/json" }, body };
    const response = await API.fetch(new Request(`${roles}/${name}`, init));
    return [response.status, (await response.json<Status>()).message];
  };
  expect(await put("put-a", "12")).toEqual([201, undefined]);
  expect(await put("put-b", "abc")).toEqual([500, 'strconv.ParseUint: parsing "abc": invalid syntax']);
});

test("REG-CREATE-REVISION: an invalid body or an admission error is reported before a resourceVersion", async () => {
  const post = async (path: string, body: object) => {
    const headers = { "Content-Type": "application/json" };
    const request = new Request(`https://sailplane/api/v1/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers,
    });
    const { code, message } = (await (await API.fetch(request)).json()) as Status;
    return [code, message];
  };
  const metadata = { name: "revised", resourceVersion: "1" };
  const typed = { metadata, type: "kubernetes.io/tls" };
  expect(await post("namespaces/default/secrets", typed)).toEqual([422, expect.stringContaining("tls.crt")]);
  expect(await post("namespaces/nowhere/secrets", { metadata })).toEqual([404, 'namespaces "nowhere" not found']);
  const refusal = "resourceVersion should not be set on objects to be created";
  expect(await post("namespaces/default/secrets", { metadata })).toEqual([500, refusal]);
});

test("PUT creates a missing RuntimeClass", async () => {
  const url = "https://sailplane/apis/node.k8s.io/v1/runtimeclasses/put";
  const body = JSON.stringify({ metadata: { name: "put" }, handler: "h" });
  const put = new Request(url, { method: "PUT", body, headers: { "Content-Type": "application/json" } });
  expect((await API.fetch(put)).status).toBe(201);
});

test("an object created by PUT at another version is converted to the storage version", async () => {
  const url = "https://sailplane/apis/events.k8s.io/v1/namespaces/default/events/put";
  const regarding = { kind: "Pod", namespace: "default", name: "p" };
  const who = { reportingController: "a.b/c", reportingInstance: "i", action: "Act", reason: "Why", type: "Normal" };
  const body = JSON.stringify({
    metadata: { name: "put" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    regarding,
    ...who,
  });
  const response = await API.fetch(
    new Request(url, { method: "PUT", body, headers: { "Content-Type": "application/json" } }),
  );
  expect(await response.json()).toMatchObject({ apiVersion: "events.k8s.io/v1", regarding, ...who });
});

test("an exec without streams is refused, and any value but false is true", async () => {
  const pods = "https://sailplane/api/v1/namespaces/default/pods";
  const pod = { metadata: { name: "streams" }, spec: { nodeName: "n", containers: [{ name: "c", image: "x" }] } };
  const headers = { "Content-Type": "application/json" };
  expect((await API.fetch(new Request(pods, { method: "POST", body: JSON.stringify(pod), headers }))).status).toBe(201);
  const ask = async (path: string) =>
    ((await (await API.fetch(new Request(`${pods}/streams/${path}`))).json()) as Status).message;
  const none = "you must specify at least 1 of stdin, stdout, stderr";
  for (const path of ["exec?command=true", "exec?command=true&tty=1&stderr=1", "attach?stdout=False&stdin=0"])
    expect(await ask(path)).toBe(none);
  for (const path of ["exec?command=true&stdout=nah", "exec?stdout=true"])
    expect(await ask(path)).toBe("Upgrade request required");
});

test.each([
  ["log?sinceTime=x", 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  ["portforward?ports=80,x", 'cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax'],
])("pods/%s is 400: %s", async (path, message) => {
  const response = await API.fetch(new Request(`https://sailplane/api/v1/namespaces/default/pods/any/${path}`));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ message });
});

test("WIRE-YAML-READ: YAML that is not UTF-8 is refused", async () => {
  const maps = "https://sailplane/api/v1/namespaces/default/configmaps?dryRun=All";
  const body = Uint8Array.from('metadata: {name: "a\u00ff"}', (character) => character.charCodeAt(0));
  const headers = { "Content-Type": "application/yaml" };
  const refused = await API.fetch(new Request(maps, { method: "POST", body, headers }));
  expect(await refused.json()).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^the object provided is unrecognized .*: yaml: invalid leading UTF-8 octet \(/),
  });
});

const send = async (method: string, path: string, body?: object, type = "application/json") => {
  const init = { method, headers: { "Content-Type": type }, ...(body && { body: JSON.stringify(body) }) };
  return (await API.fetch(new Request(`https://sailplane${path}`, init))).json();
};

test("what is refused in a namespace that ends is named by its generateName: no name was generated yet", async () => {
  await send("POST", "/api/v1/namespaces", { metadata: { name: "ending" } });
  await send("DELETE", "/api/v1/namespaces/ending");
  const maps = "/api/v1/namespaces/ending/configmaps";
  const why = "unable to create new content in namespace ending because it is being terminated";
  const refused = (name: string) => ({ code: 403, message: `configmaps "${name}" is forbidden: ${why}` });
  expect(await send("POST", maps, { metadata: { generateName: "drawn-" } })).toMatchObject(refused("drawn-"));
  const both = { name: "named", generateName: "drawn-" };
  expect(await send("POST", maps, { metadata: both })).toMatchObject(refused("named"));
});

test("REG-CREATE-ENDING: a PUT or an apply may create an object that is being deleted, a POST does not", async () => {
  const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  const lease = (name: string) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, uid: "", deletionTimestamp: "2020-01-02T03:04:05Z", deletionGracePeriodSeconds: 5 },
  });
  const ending = { metadata: { deletionTimestamp: "2020-01-02T03:04:05Z", deletionGracePeriodSeconds: 5 } };
  expect(await send("POST", leases, lease("posted"))).not.toHaveProperty("metadata.deletionTimestamp");
  expect(await send("PUT", `${leases}/put`, lease("put"))).toMatchObject(ending);
  const apply = "application/apply-patch+yaml";
  expect(await send("PATCH", `${leases}/applied?fieldManager=a`, lease("applied"), apply)).toMatchObject(ending);
});
