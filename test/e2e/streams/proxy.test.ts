import { readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createAuthority, createServingCertificate } from "../../../cli/control-plane/certificates.ts";
import { type ApiCall, callApi } from "../rig/api-call.ts";
import { Cluster, credentialsOf } from "../rig/cluster.ts";
import { type ServedPod, startServedPod } from "../rig/served-pod.ts";

const echo = `
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { WebSocketServer } from "${import.meta.resolve("ws")}";
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { method, url, headers } = request;
  if (url === "/page") return response.setHeader("Content-Type", "text/html").end('<a href="/next">x</a><a href="near">y</a>');
  if (url === "/moved") return response.writeHead(302, { Location: "/elsewhere" }).end();
  if (url === "/none") return response.writeHead(204).end();
  if (url === "/large") return response.setHeader("Content-Length", 3_000_000).end("x".repeat(3_000_000));
  if (url === "/unknown") { response.write("x".repeat(500_000)); return setTimeout(() => response.end(), 100); }
  if (url === "/compressed") {
    const bytes = gzipSync(randomBytes(500_000).toString("hex"));
    return response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": bytes.length }).end(bytes);
  }
  response.writeHead(url === "/teapot" ? 418 : 200, { "X-Own": "yes" });
  response.end(JSON.stringify({ method, url, authorization: headers.authorization, type: headers["content-type"], body }));
}).listen(process.env.PORT);
new WebSocketServer({ server, path: "/socket" }).on("connection", (web, request) =>
  web.on("message", (data) => web.send(request.headers["sec-websocket-protocol"] + " " + data)),
);
`;

let cluster: Cluster;
let pod: ServedPod;
beforeAll(async () => {
  cluster = await Cluster.start();
  pod = await startServedPod(cluster, { name: "echo", namespace: "default", program: echo });
});
afterAll(() => cluster.remove());

const PODS = "/api/v1/namespaces/default/pods";
const JSON_TYPE = { "Content-Type": "application/json" };
const SERVICES = "/api/v1/namespaces/default/services";
const ask = (path: string, call: ApiCall = {}) => callApi(cluster, path, call);
const read = async (path: string, call: ApiCall = {}): Promise<unknown> => JSON.parse((await ask(path, call)).text);

test("TUNNEL-HTTP: a pod's proxy forwards method, path, query and body unchanged, but no credentials", async () => {
  const answer = await ask(`${PODS}/echo/proxy/a%20b/c?q=1&r=%26`, {
    method: "PUT",
    body: "hello",
    headers: { "Content-Type": "text/x" },
  });
  expect(answer.headers.get("X-Own")).toBe("yes");
  expect(JSON.parse(answer.text)).toEqual({ method: "PUT", url: "/a%20b/c?q=1&r=%26", type: "text/x", body: "hello" });
  expect((await ask(`${PODS}/echo/proxy/teapot`)).status).toBe(418);
  expect((await ask(`${PODS}/echo/proxy/none`)).status).toBe(204);
  expect((await ask(`${PODS}/echo/proxy/large`)).text.length).toBe(3_000_000);
  expect((await ask(`${PODS}/echo:${pod.port}/proxy/`)).status).toBe(200);
});

test("TUNNEL-LENGTH: an answer has the length that its server has declared, compressed or not, and no other", async () => {
  const lengthOf = async (path: string, call: ApiCall = {}) =>
    (await ask(`${PODS}/echo/proxy${path}`, call)).headers.get("Content-Length");
  expect([await lengthOf("/large"), await lengthOf("/large", { method: "HEAD" })]).toEqual(["3000000", "3000000"]);
  const { headers, text } = await ask(`${PODS}/echo/proxy/compressed`, { encoding: "latin1" });
  expect(headers.get("Content-Length")).toBe(String(text.length));
  expect(gunzipSync(Buffer.from(text, "latin1"))).toHaveLength(1_000_000);
  // A page's links change.
  expect([await lengthOf("/unknown"), await lengthOf("/page")]).toEqual([null, null]);
});

test("TUNNEL-KEPT: requests to a pod leave no file behind", async () => {
  expect((await ask(`${PODS}/echo/proxy/teapot`)).status).toBe(418);
  const files = () =>
    readdirSync(`${cluster.directory}/storage/Tunnel`).filter((name) => !name.startsWith("metadata."));
  await expect.poll(files).toEqual([]);
});

test("links and redirects are rewritten to go through the proxy", async () => {
  const root = `${PODS}/echo/proxy`;
  expect((await ask(`${root}/page`)).text).toBe(`<a href="${root}/next">x</a><a href="near">y</a>`);
  expect((await ask(`${root}/moved`)).headers.get("Location")).toBe(`${root}/elsewhere`);
  expect((await ask(root)).headers.get("Location")).toBe(`${root}/`);
});

test("Proxy, validate ProxyWithPath responses: every method reaches a pod and a service, below a path and at the root", async () => {
  for (const root of [`${PODS}/echo/proxy`, `${SERVICES}/echo:web/proxy`])
    for (const method of ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]) {
      const { status, text } = await ask(`${root}/some/path/with/${method}`, { method });
      expect([root, method, status, text === "" ? undefined : JSON.parse(text).method]).toEqual([
        root,
        method,
        200,
        method === "HEAD" ? undefined : method,
      ]);
    }
});

test("Proxy through apiserver to a Service: by the port's name or number", async () => {
  for (const port of ["web", "443", "http:web"]) {
    const target = port.startsWith("http:") ? "http:echo:web" : `echo:${port}`;
    expect(await read(`${SERVICES}/${target}/proxy/x`), port).toMatchObject({ url: "/x" });
  }
});

test("TUNNEL-ADDRESS: a Service's endpoints that are not pods are not proxied", async () => {
  const create = (path: string, object: object) =>
    ask(path, { method: "POST", body: JSON.stringify(object), headers: JSON_TYPE });
  await create(SERVICES, { metadata: { name: "outside" }, spec: { ports: [{ port: 80 }] } });
  await create("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "outside-1", labels: { "kubernetes.io/service-name": "outside" } },
    addressType: "IPv4",
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ["192.0.2.1"] }],
  });
  expect(await read(`${SERVICES}/outside:80/proxy/there`)).toMatchObject({
    code: 503,
    message: 'no endpoints available for service "outside"',
  });
});

test("TUNNEL-ANSWER: an unreachable target is reported", async () => {
  const message = async (path: string) => ((await read(path)) as { message: string }).message;
  expect(await message(`${SERVICES}/echo:9/proxy/`)).toBe('no service port 9 found for service "echo"');
  expect(await message(`${SERVICES}/echo:none/proxy/`)).toBe('no endpoints available for service "echo"');
  expect(await message(`${PODS}/echo:1/proxy/`)).toContain("error trying to reach service: dial tcp");
  expect(await message(`${PODS}/nobody/proxy/`)).toBe('pods "nobody" not found');
});

/** What a WebSocket that is proxied to a pod answers to "hello". */
function greet(path: string): Promise<string> {
  const { server, token, ca = "" } = credentialsOf(cluster);
  const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;
  const socket = new WebSocket(`${server.replace("https:", "wss:")}${path}`, ["chat", bearer], { ca });
  socket.on("open", () => socket.send("hello"));
  return new Promise<string>((resolve, reject) =>
    socket.once("message", (data: Buffer) => resolve(data.toString())).once("error", reject),
  ).finally(() => socket.terminate());
}

test("TUNNEL-MESSAGES: a WebSocket is proxied, and the token that a browser sends as a subprotocol is not", async () => {
  expect(await greet(`${PODS}/echo/proxy/socket`)).toBe("chat hello");
});

test("TUNNEL-MESSAGES: a WebSocket is proxied to a pod that serves TLS, whatever its certificate", async () => {
  const { key } = createAuthority(new Date());
  const serving = createServingCertificate(key, [{ type: "dns", value: "elsewhere" }], new Date());
  const program = echo
    .replace("node:http", "node:https")
    .replace("createServer(async", "createServer({ key: process.env.KEY, cert: process.env.CERTIFICATE }, async");
  const environment = { KEY: serving.key, CERTIFICATE: serving.certificate };
  await startServedPod(cluster, { name: "secure", namespace: "default", program, environment });
  expect(await greet(`${SERVICES}/https:secure:web/proxy/socket`)).toBe("chat hello");
});
