/** Paths, bodies and queries that no Kubernetes client sends. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../env.ts";

const { API } = env as Env;
const MAPS = "/api/v1/namespaces/default/configmaps";

async function ask(
  method: string,
  path: string,
  { body, type = "application/json" }: { body?: string; type?: string } = {},
) {
  const init = { method, headers: { "Content-Type": type }, ...(body === undefined ? {} : { body }) };
  const response = await API.fetch(new Request(`https://sailplane${path}`, init));
  const { message, metadata } = (await response.json()) as {
    message?: string;
    metadata?: { managedFields?: object[] };
  };
  return { code: response.status, message, metadata, warning: response.headers.get("Warning") };
}

test.each(["/version", MAPS, "/nowhere", `${MAPS}?watch=1&timeoutSeconds=1`])(
  "WIRE-DATE: GET %s says when it was answered",
  async (path) => {
    const response = await API.fetch(new Request(`https://sailplane${path}`));
    await response.body?.cancel();
    expect(Math.abs(Date.now() - Date.parse(response.headers.get("Date") ?? ""))).toBeLessThan(60_000);
  },
);

test("WIRE-NAMES: an invalid name is reported, and an escaped slash is a slash", async () => {
  expect(await ask("GET", `${MAPS}/%25`)).toMatchObject({
    code: 400,
    message: `Name parameter invalid: "%": may not contain '%'`,
  });
  expect(await ask("GET", `${MAPS}/a%2Fb`)).toMatchObject({
    code: 404,
    message: "the server could not find the requested resource",
  });
});

test("WIRE-NOWHERE: nothing may follow a subresource of a built-in kind except a slash", async () => {
  const namespace = "/api/v1/namespaces/default";
  expect((await ask("GET", `${namespace}/status/`)).code).toBe(200);
  for (const method of ["GET", "PATCH", "OPTIONS"])
    expect(await ask(method, `${MAPS.replace("configmaps", "pods/p")}/status/x`)).toMatchObject({
      code: 404,
      message: "the server could not find the requested resource",
    });
});

test("WIRE-YAML: each duplicate key in YAML has its own warning", async () => {
  const body = "metadata:\n  name: twice\n  name: repeated\n";
  expect(await ask("POST", `${MAPS}?dryRun=All`, { body, type: "application/yaml" })).toMatchObject({
    code: 201,
    warning: '299 - "line 3: key \\"name\\" already set in map"',
  });
});

test("a list at an invalid revision is a 400, and an invalid continue token is reported before a revision", async () => {
  expect(await ask("GET", `${MAPS}?resourceVersion=abc`)).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^invalid resource version: resourceVersion: Invalid value: "abc"/),
  });
  expect(await ask("GET", `${MAPS}?resourceVersion=1&continue=abc`)).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^invalid continue token: /),
  });
});

test("TRACK-13: reviews and token requests record their field manager", async () => {
  const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?fieldManager=me";
  const body = JSON.stringify({ spec: { resourceAttributes: { verb: "get", resource: "pods" } } });
  const { metadata } = await ask("POST", review, { body });
  expect(metadata?.managedFields).toMatchObject([
    { manager: "me", fieldsV1: { "f:spec": { "f:resourceAttributes": { "f:resource": {}, "f:verb": {} } } } },
  ]);
});

test("WIRE-METADATA: a review can be requested as PartialObjectMetadata, but not as a list of it", async () => {
  const requested = async (as: string) => {
    const response = await API.fetch("https://sailplane/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: `application/json;as=${as};g=meta.k8s.io;v=v1` },
      body: JSON.stringify({ spec: { nonResourceAttributes: { path: "/", verb: "get" } } }),
    });
    return response.json<object>();
  };
  expect(await requested("PartialObjectMetadata")).toMatchObject({
    kind: "PartialObjectMetadata",
    metadata: { managedFields: [{ operation: "Update" }] },
  });
  expect(await requested("PartialObjectMetadataList")).toMatchObject({
    message:
      "you requested PartialObjectMetadataList, but the requested object is not a list (*authorization.SelfSubjectAccessReview)",
  });
  expect(await requested("Table")).toMatchObject({ reason: "NotAcceptable" });
});

test("a Binding requires a pod's name, and a review's answer omits server-set metadata", async () => {
  const bind = (name: string) =>
    ask("POST", "/api/v1/namespaces/default/bindings", {
      body: JSON.stringify({ metadata: { name }, target: { name: "n" } }),
    });
  expect(await bind("")).toMatchObject({ code: 400, message: "Name parameter required." });
  expect(await bind("a/b")).toMatchObject({
    code: 400,
    message: `Name parameter invalid: "a/b": may not contain '/'`,
  });
  const question = {
    metadata: { uid: "u", deletionGracePeriodSeconds: 3 },
    spec: { nonResourceAttributes: { path: "/", verb: "get" } },
  };
  const requested = await ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    body: JSON.stringify(question),
  });
  expect(requested).toMatchObject({ code: 201 });
});

test("WIRE-METHODS: non-resource paths accept any method, and Content-Length is honoured", async () => {
  for (const [method, path] of [
    ["POST", "/healthz"],
    ["DELETE", "/livez/ping"],
    ["PUT", "/"],
    ["HEAD", "/metrics"],
    ["OPTIONS", "/openapi/v3"],
  ] as const)
    expect([path, (await API.fetch(new Request(`https://sailplane${path}`, { method }))).status]).toEqual([path, 200]);
  expect(await ask("GET", `${MAPS}?limit=`)).toMatchObject({
    code: 400,
    message: 'strconv.ParseInt: parsing "": invalid syntax',
  });
});

test("a node proxy reaches the kubelet's port and no other", async () => {
  const node = JSON.stringify({
    metadata: { name: "ports" },
    status: { daemonEndpoints: { kubeletEndpoint: { Port: 10251 } } },
  });
  await ask("POST", "/api/v1/nodes", { body: node });
  const proxied = (name: string) => ask("GET", `/api/v1/nodes/${name}/proxy/metrics`);
  for (const name of ["ports", "ports:10251", "https:ports:10251"])
    expect(await proxied(name)).toMatchObject({ code: 503 });
  expect(await proxied("ports:9100")).toMatchObject({
    code: 400,
    message: expect.stringContaining("not port 9100 of ports") as string,
  });
});

test("AGENT-VOLUME-LOCAL: only local volumes can be changed on a node", async () => {
  await ask("POST", "/api/v1/nodes", { body: JSON.stringify({ metadata: { name: "volumes" } }) });
  const codes = (below: string) =>
    Promise.all(
      ["GET", "PUT", "DELETE", "POST"].map(
        async (method) => (await ask(method, `/api/v1/nodes/volumes/proxy${below}`)).code,
      ),
    );
  expect(await codes("/localVolumes/pvc-1?path=/x")).toEqual([503, 503, 503, 405]);
  for (const below of ["/metrics", "/localVolumes", "/localVolumes/", "/localVolumes/a/b", "/x/localVolumes/a"])
    expect([below, await codes(below)]).toEqual([below, [503, 405, 405, 405]]);
});

test("PATCH-10: an apply that does not match the type is reported in the converter's words", async () => {
  const spec = {
    minReadySeconds: 1.5,
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } } },
  };
  const body = JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec });
  const path = "/apis/apps/v1/namespaces/default/deployments/d?fieldManager=m";
  expect(await ask("PATCH", path, { body, type: "application/apply-patch+yaml" })).toMatchObject({
    code: 500,
    message: expect.stringMatching(/: cannot convert float64 to int32$/) as string,
  });
});

test("WIRE-NEGOTIATE: a request for an unavailable media type gets no warning about the kind", async () => {
  const path = "https://sailplane/api/v1/namespaces/default/endpoints";
  const warned = async (accept: string) =>
    (await API.fetch(new Request(path, { headers: { Accept: accept } }))).headers.get("Warning") !== null;
  expect(await warned("application/json")).toBe(true);
  expect(await warned("text/html")).toBe(false);
  expect(await warned("application/json;as=Foo;v=v1;g=meta.k8s.io")).toBe(true);
});
