import { request } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import { createAuthority, createServingCertificate } from "../../../cli/control-plane/certificates.ts";
import { callApi } from "../rig/api-call.ts";
import { Cluster, credentialsOf } from "../rig/cluster.ts";
import { startServedPod } from "../rig/served-pod.ts";

/** An API server of one kind, whose objects say who read them. It trusts only clients with a front proxy certificate. */
const program = `
import { createServer } from "node:https";
import { WebSocketServer } from "${import.meta.resolve("ws")}";
const options = { key: process.env.KEY, cert: process.env.CERTIFICATE, ca: process.env.FRONT_PROXY, requestCert: true, rejectUnauthorized: true };
const list = { kind: "APIResourceList", apiVersion: "v1", groupVersion: "wardle.example.com/v1", resources: [
  { name: "flunders", singularName: "flunder", namespaced: true, kind: "Flunder", verbs: ["get", "list", "delete", "deletecollection"], shortNames: ["fl"] },
  { name: "flunders/status", singularName: "", namespaced: true, kind: "Flunder", verbs: ["get"] },
] };
const gvk = { group: "wardle.example.com", version: "v1", kind: "Flunder" };
const openapi = { openapi: "3.0.0", info: { title: "Wardle", version: "v1" }, paths: { "/apis/wardle.example.com/v1/namespaces/{namespace}/flunders": { get: { "x-kubernetes-action": "list", "x-kubernetes-group-version-kind": gvk } } }, components: { schemas: { "com.example.wardle.v1.Flunder": { type: "object", description: "A flunder flounders.", properties: { spec: { type: "object", description: "How it does." } }, "x-kubernetes-group-version-kind": [gvk] } } } };
const emptied = new Set();
let state = "refuse";
const server = createServer(options, (request, response) => {
  const { pathname } = new URL(request.url, "https://x");
  const [, namespace = "default"] = /namespaces\\/([^/]+)/.exec(pathname) ?? [];
  response.setHeader("Content-Type", "application/json");
  const flunder = (name) => ({ kind: "Flunder", apiVersion: "wardle.example.com/v1", metadata: { name, namespace }, by: request.socket.getPeerCertificate().subject.CN, user: request.headers["x-remote-user"], groups: request.headers["x-remote-group"], authorization: request.headers.authorization });
  const [, turned] = /^\\/apis\\/wardle.example.com\\/v1\\/(answer|break|hang|refuse)$/.exec(pathname) ?? [];
  if (turned) state = turned;
  if (turned) return response.end("{}");
  if (pathname.startsWith("/apis/wardle.example.com/v2") && state === "break") return request.socket.destroy();
  if (pathname === "/apis/wardle.example.com/v2" && state === "hang") return;
  if (pathname === "/apis/wardle.example.com/v2" && state === "refuse") return response.writeHead(503).end();
  if (pathname === "/apis/wardle.example.com/v2") return response.end(JSON.stringify({ ...list, groupVersion: "wardle.example.com/v2" }));
  if (pathname === "/apis/wardle.example.com/v1") return response.end(JSON.stringify(list));
  if (pathname === "/openapi/v3") return response.end(JSON.stringify({ paths: { "apis/wardle.example.com/v1": { serverRelativeURL: "/openapi/v3/apis/wardle.example.com/v1?hash=ABC" } } }));
  if (pathname === "/openapi/v3/apis/wardle.example.com/v1") return response.end(JSON.stringify(openapi));
  if (request.method === "DELETE") {
    emptied.add(namespace);
    return response.end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Success" }));
  }
  if (emptied.has(namespace)) return response.end(JSON.stringify({ kind: "FlunderList", apiVersion: "wardle.example.com/v1", metadata: {}, items: [] }));
  if (pathname.endsWith("/flunders")) return response.end(JSON.stringify({ kind: "FlunderList", apiVersion: "wardle.example.com/v1", metadata: {}, items: [flunder("one")] }));
  if (pathname.endsWith("/flunders/one")) return response.end(JSON.stringify(flunder("one")));
  response.writeHead(404).end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404, message: "no such flunder" }));
}).listen(process.env.PORT);
new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] }).on("connection", (web, { url, headers }) =>
  web.on("message", (data) => web.send(JSON.stringify({ data: String(data), url, offered: headers["sec-websocket-protocol"], user: headers["x-remote-user"], groups: headers["x-remote-group"], authorization: headers.authorization }))),
);
`;

const authority = createAuthority(new Date());
const base64 = (text: string) => Buffer.from(text).toString("base64");
const apiService = JSON.stringify({
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: "v1.wardle.example.com" },
  spec: {
    group: "wardle.example.com",
    version: "v1",
    groupPriorityMinimum: 2000,
    versionPriority: 200,
    service: { name: "wardle", namespace: "default" },
    caBundle: base64(authority.certificate),
  },
});

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.remove());

/** The status of the answer to a request for an upgrade. */
const requestUpgrade = (url: string, { token, ca }: { token: string; ca: string }, protocol: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, Connection: "Upgrade", Upgrade: protocol };
    request(url, { ca, headers, method: "POST" })
      .once("response", ({ statusCode }) => resolve(statusCode))
      .once("error", reject)
      .end();
  });

const available = (status: string) =>
  cluster.output(["wait", `--for=condition=Available=${status}`, "apiservice/v1.wardle.example.com", "--timeout=20s"]);

const accept = { Accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" };
const firstVersion = async () => {
  const { text } = await callApi(cluster, "/apis", { headers: accept });
  const groups: { metadata: { name: string }; versions: { freshness: string; resources: object[] }[] }[] =
    JSON.parse(text).items;
  return groups.find(({ metadata }) => metadata.name === "wardle.example.com")?.versions[0];
};

test("AGG-AVAILABLE: an unreachable API server is reported unavailable", async () => {
  await cluster.output("apply -f -", { input: apiService });
  await available("False");
  expect(await cluster.output("get apiservice v1.wardle.example.com")).toContain("False (ServiceNotFound)");
  const { status, text } = await callApi(cluster, "/apis/wardle.example.com/v1/flunders");
  expect([status, text]).toEqual([503, "service unavailable\n"]);
  expect((await cluster.kubectl("get pods")).code).toBe(0);
});

test("AGG-AUTHORIZE, AGG-IDENTITY, AGG-WAY, aggregator-supports-the-sample-apiserver: a reachable one answers for its group, as the requesting user", async () => {
  const frontProxy = await cluster.output([
    "get",
    "configmap",
    "extension-apiserver-authentication",
    "-n",
    "kube-system",
    "-o",
    "jsonpath={.data.requestheader-client-ca-file}",
  ]);
  const { certificate, key } = createServingCertificate(
    authority.key,
    [{ type: "dns", value: "wardle.default.svc" }],
    new Date(),
  );
  const environment = { KEY: key, CERTIFICATE: certificate, FRONT_PROXY: frontProxy };
  expect(await firstVersion()).toMatchObject({ freshness: "Stale", resources: [] });
  await startServedPod(cluster, { name: "wardle", namespace: "default", program, environment });
  await available("True");
  expect(await firstVersion()).toMatchObject({ freshness: "Current" });
  expect(await cluster.output("get flunders -o name")).toBe("flunder.wardle.example.com/one\n");
  expect(JSON.parse(await cluster.output("get fl one -o json --as=alice --as-group=system:masters"))).toMatchObject({
    by: "front-proxy-client",
    user: "alice",
  });
  const own = JSON.parse(await cluster.output("get fl one -o json"));
  expect(own).toMatchObject({ user: "admin", groups: expect.stringContaining("system:masters") });
  expect(own).not.toHaveProperty("authorization");
  expect((await cluster.kubectl("get flunders two")).stderr).toContain("no such flunder");
});

test("AGG-UPGRADE: a WebSocket is passed on to it, as the requesting user, and no other upgrade is", async () => {
  const { server, token, ca } = credentialsOf(cluster);
  const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;
  const path = "/apis/wardle.example.com/v1/namespaces/default/flunders/one/console?size=3";
  const socket = new WebSocket(`${server.replace("https:", "wss:")}${path}`, ["plain.example.com", bearer], {
    ca: ca ?? "",
    headers: { "X-Remote-User": "somebody", "Impersonate-User": "alice", "Impersonate-Group": "system:masters" },
  });
  socket.on("open", () => socket.send("hello"));
  const answer = await new Promise<Buffer>((resolve, reject) => socket.once("message", resolve).once("error", reject));
  expect(JSON.parse(answer.toString())).toEqual({
    data: "hello",
    url: path,
    offered: "plain.example.com",
    user: "alice",
    groups: "system:masters, system:authenticated",
  });
  expect(socket.protocol).toBe("plain.example.com");
  socket.terminate();
  const refused = await requestUpgrade(`${server}${path}`, { token, ca: ca ?? "" }, "SPDY/3.1");
  expect(refused).toBe(400);
});

test("CTL-NAMESPACE-AGGREGATED: a namespace is removed once the API server has no objects in it", async () => {
  await cluster.output("create namespace wardled");
  expect(await cluster.output("get flunders -n wardled -o name")).not.toBe("");
  await cluster.output("delete namespace wardled --timeout=20s");
  expect(await cluster.output("get flunders -n wardled -o name")).toBe("");
});

test("AGG-OPENAPI: its OpenAPI document is served with all others", async () => {
  expect(await cluster.output("explain flunders")).toContain("A flunder flounders.");
});

const second = "/apis/apiregistration.k8s.io/v1/apiservices/v2.wardle.example.com";
const conditionOfSecond = async () => {
  const { status } = JSON.parse((await callApi(cluster, second)).text) as APIService;
  const { status: is, reason, message } = status?.conditions?.[0] ?? {};
  return `${is} ${reason}: ${message}`;
};
const turn = (state: "answer" | "break" | "hang" | "refuse") =>
  callApi(cluster, `/apis/wardle.example.com/v1/${state}`);

test("AGG-AVAILABLE: an API server whose discovery fails is not available, until it answers", async () => {
  const other = apiService.replaceAll("v1.wardle", "v2.wardle").replace('"version":"v1"', '"version":"v2"');
  await cluster.output("apply -f -", { input: other });
  await expect
    .poll(conditionOfSecond)
    .toMatch(
      /^False FailedDiscoveryCheck: failing or missing response from (https:[^ ]+\/v2): bad status from \1: 503$/,
    );
  await turn("answer");
  await expect.poll(conditionOfSecond, { timeout: 35_000 }).toBe("True Passed: all checks passed");
});

test("AGG-AVAILABLE: one that breaks is not available once a request has failed, until it answers again", async () => {
  await turn("break");
  const { status } = await callApi(cluster, "/apis/wardle.example.com/v2/flunders");
  expect(status).toBe(503);
  await expect.poll(conditionOfSecond).toContain("False FailedDiscoveryCheck: failing or missing response");
  await turn("answer");
  await expect.poll(conditionOfSecond, { timeout: 35_000 }).toBe("True Passed: all checks passed");
});

test("the check of an API server is no path for clients", async () => {
  const { status, text } = await callApi(cluster, "/sailplane/v1/aggregated/wardle.example.com/v1");
  expect([status, text]).toEqual([404, "404 page not found\n"]);
});

test("AGG-PATIENCE: discovery waits only briefly for an API server that hangs, and does not ask it each time", async () => {
  await turn("hang");
  const discovered = async () => {
    const began = Date.now();
    const { text } = await callApi(cluster, "/apis", { headers: accept });
    const groups: { metadata: { name: string }; versions: { version: string; freshness: string }[] }[] =
      JSON.parse(text).items;
    const { versions = [] } = groups.find(({ metadata }) => metadata.name === "wardle.example.com") ?? {};
    return { ms: Date.now() - began, told: versions.map(({ version, freshness }) => `${version} ${freshness}`).sort() };
  };
  const first = await discovered();
  expect(first.told).toEqual(["v1 Current", "v2 Stale"]);
  expect(first.ms).toBeLessThan(6000);
  expect((await discovered()).ms).toBeLessThan(1000);
  await cluster.output("delete apiservice v2.wardle.example.com");
});

test("AGG-DISCOVERY: discovery includes it with all others, whether it answers or not", async () => {
  expect(await firstVersion()).toMatchObject({
    freshness: "Current",
    resources: [
      { resource: "flunders", scope: "Namespaced", shortNames: ["fl"], subresources: [{ subresource: "status" }] },
    ],
  });
  const groups = JSON.parse((await callApi(cluster, "/apis")).text).groups as { name: string }[];
  expect(groups.map(({ name }) => name)).toContain("wardle.example.com");
  await cluster.output("delete pod wardle --grace-period=1");
  await available("False");
  expect(await cluster.output("get apiservice v1.wardle.example.com")).toContain("False (MissingEndpoints)");
  expect(await firstVersion()).toMatchObject({ freshness: "Stale", resources: [{ resource: "flunders" }] });
  expect((await cluster.kubectl("get flunders")).stderr).toContain("currently unable to handle the request");
  await cluster.output("delete apiservice v1.wardle.example.com");
  expect(await firstVersion()).toBeUndefined();
});
