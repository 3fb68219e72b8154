/** What a path, a body and a query may be that no client of Kubernetes' own sends. */
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

test("WIRE-NAMES: a name that is none is told as such, and an escaped slash is a slash", async () => {
  expect(await ask("GET", `${MAPS}/%25`)).toMatchObject({
    code: 400,
    message: `Name parameter invalid: "%": may not contain '%'`,
  });
  expect(await ask("GET", `${MAPS}/a%2Fb`)).toMatchObject({
    code: 404,
    message: "the server could not find the requested resource",
  });
});

test("WIRE-YAML: what is repeated in YAML is told a line a warning", async () => {
  const body = "metadata:\n  name: twice\n  name: repeated\n";
  expect(await ask("POST", `${MAPS}?dryRun=All`, { body, type: "application/yaml" })).toMatchObject({
    code: 201,
    warning: '299 - "line 3: key \\"name\\" already set in map"',
  });
});

test("a list at a revision that is none is the client's fault, and a bad token is told before a revision beside it", async () => {
  expect(await ask("GET", `${MAPS}?resourceVersion=abc`)).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^invalid resource version: resourceVersion: Invalid value: "abc"/),
  });
  expect(await ask("GET", `${MAPS}?resourceVersion=1&continue=abc`)).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^invalid continue token: /),
  });
});

test("TRACK-13: reviews and token requests say who asked", async () => {
  const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?fieldManager=me";
  const body = JSON.stringify({ spec: { resourceAttributes: { verb: "get", resource: "pods" } } });
  const { metadata } = await ask("POST", review, { body });
  expect(metadata?.managedFields).toMatchObject([
    { manager: "me", fieldsV1: { "f:spec": { "f:resourceAttributes": { "f:resource": {}, "f:verb": {} } } } },
  ]);
});

test("a Binding needs the name of a pod, and a question says nothing of what the server fills in", async () => {
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
  const asked = await ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    body: JSON.stringify(question),
  });
  expect(asked).toMatchObject({ code: 201 });
});

test("WIRE-METHODS: what is no resource is read by any method, and a number that is said is one", async () => {
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
