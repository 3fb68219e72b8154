import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Cluster, freePort } from "../rig/cluster.ts";
import { startServedPod } from "../rig/served-pod.ts";

const echo = `
import { createServer } from "node:http";
import { WebSocketServer } from "${import.meta.resolve("ws")}";
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (request.url === "/slow") {
    response.write("first ");
    return setTimeout(() => response.end("second"), 1500);
  }
  response.writeHead(request.url === "/teapot" ? 418 : 200, { "X-Own": "yes" });
  response.end(JSON.stringify({ who: process.env.WHO, method: request.method, url: request.url, headers: request.headers, body }));
}).listen(process.env.PORT);
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (asked) => [...asked].at(-1) ?? false });
server.on("upgrade", (request, socket, head) => {
  if (request.url !== "/socket") return socket.end("HTTP/1.1 403 Forbidden\\r\\nConnection: close\\r\\n\\r\\n");
  sockets.handleUpgrade(request, socket, head, (web) => {
    web.on("message", (data, isBinary) => web.send(isBinary ? data : process.env.WHO + " " + data, { binary: isBinary }));
  });
});
`;

const ingressPort = await freePort();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ ingressPort });
  const pods = ["one", "two"].map((name) =>
    startServedPod(cluster, { name, namespace: "default", program: echo, environment: { WHO: name } }),
  );
  await Promise.all(pods);
});
afterAll(() => cluster.remove());

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Milliseconds from the first byte of the body to its last. */
  readonly spread: number;
}

function visit(host: string, path: string, { method = "GET", headers = {}, body }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port: ingressPort, method, path, headers: { ...headers, Host: `${host}:${ingressPort}` } },
      async (response) => {
        let text = "";
        let first = 0;
        for await (const chunk of response) {
          first ||= Date.now();
          text += chunk;
        }
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          spread: first && Date.now() - first,
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

const manifest = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: sailplane
  rules:
    - host: shop.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: one, port: {number: 443}}}}
          - {path: /two, pathType: Prefix, backend: {service: {name: two, port: {name: web}}}}
          - {path: /gone, pathType: Prefix, backend: {service: {name: nobody, port: {number: 80}}}}
    - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: two, port: {number: 443}}}}]}
`;

test("INGRESS-CLASS, INGRESS-NAME: an Ingress routes hosts and paths to Services, and reports its address", async () => {
  await cluster.output("apply -f -", { input: manifest });
  await cluster.output("wait --for=jsonpath={.status.loadBalancer.ingress[0].hostname} ingress/web --timeout=10s");
  expect((await cluster.output("get ingress web --no-headers")).trim()).toMatch(
    /^web +sailplane +shop\.example\.com +web\.default\.default\.localhost /,
  );
  const who = async (host: string, path: string) => JSON.parse((await visit(host, path)).text).who;
  expect(await who("shop.example.com", "/")).toBe("one");
  expect(await who("shop.example.com", "/two/x")).toBe("two");
  expect(await who("web.default.default.localhost", "/")).toBe("two");
});

test("INGRESS-PASS: requests and answers pass unchanged, except for headers about their origin", async () => {
  const headers = { "X-Mine": "a", "X-Forwarded-Host": "forged", Authorization: "Basic x" };
  const answer = await visit("shop.example.com", "/a%20b?q=%26", { method: "PUT", headers, body: "hello" });
  expect([answer.status, answer.headers["x-own"]]).toEqual([200, "yes"]);
  const seen = JSON.parse(answer.text);
  expect(seen).toMatchObject({ method: "PUT", url: "/a%20b?q=%26", body: "hello" });
  expect(seen.headers).toMatchObject({
    "x-mine": "a",
    authorization: "Basic x",
    host: `shop.example.com:${ingressPort}`,
    "x-forwarded-host": `shop.example.com:${ingressPort}`,
    "x-forwarded-proto": "http",
  });
  expect((await visit("shop.example.com", "/teapot")).status).toBe(418);
});

test("a response is streamed as it arrives", async () => {
  const { text, spread } = await visit("shop.example.com", "/slow");
  expect(text).toBe("first second");
  expect(spread).toBeGreaterThan(500);
});

function open(path: string, protocols: string[] = []): WebSocket {
  const headers = { Host: `shop.example.com:${ingressPort}` };
  return new WebSocket(`ws://127.0.0.1:${ingressPort}${path}`, protocols, { headers });
}

test("WebSocket messages pass one by one, as text or bytes, until one side closes (INGRESS-STREAM)", async () => {
  const socket = open("/socket", ["a", "b"]);
  const next = () =>
    new Promise((resolve) => socket.once("message", (data, isBinary) => resolve([String(data), isBinary])));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  expect(socket.protocol).toBe("b");
  const text = next();
  socket.send("grüß");
  expect(await text).toEqual(["one grüß", false]);
  const bytes = next();
  socket.send(Buffer.alloc(500_000, "x"), { binary: true });
  expect(await bytes).toEqual(["x".repeat(500_000), true]);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
  const refused = open("/elsewhere");
  const [, answer] = await new Promise<[unknown, { statusCode?: number | undefined }]>((resolve) =>
    refused.once("unexpected-response", (asked, got) => resolve([asked, got])),
  );
  expect(answer.statusCode).toBe(403);
  refused.on("error", () => {}).terminate();
});

test("a pod that does not answer is skipped (INGRESS-HEALTH)", async () => {
  const slice = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: lost, labels: {kubernetes.io/service-name: two}}
addressType: IPv4
ports: [{name: web, port: 80}]
endpoints: [{addresses: [10.9.9.9], nodeName: lost, targetRef: {kind: Pod, namespace: default, name: lost}}]
`;
  await cluster.output("apply -f -", { input: slice });
  const visits = Array.from({ length: 12 }, () => visit("shop.example.com", "/two"));
  expect([...new Set((await Promise.all(visits)).map(({ status }) => status))]).toEqual([200]);
  await cluster.output("delete endpointslice lost");
});

test("INGRESS-SAY, INGRESS-APART: a request without a backend gets an explanation, and the API is not served there", async () => {
  const status = async (host: string, path: string) => (await visit(host, path)).status;
  expect(await status("unknown.example.com", "/")).toBe(404);
  expect(await status("shop.example.com", "/gone")).toBe(503);
  expect(await status("one.default.default.localhost", "/")).toBe(404);
  expect(await status("web.default.other.localhost", "/")).toBe(404);
  expect(await status("127.0.0.1", "/version")).toBe(404);
});

test("INGRESS-SERVICE: a Service of the load balancer class is served; one without it is not", async () => {
  const service = (name: string, loadBalancerClass: object) => ({
    ...{ kind: "Service", apiVersion: "v1", metadata: { name } },
    spec: {
      type: "LoadBalancer",
      selector: { app: "one" },
      ports: [{ port: 80, targetPort: "web" }],
      ...loadBalancerClass,
    },
  });
  const items = [service("shown", { loadBalancerClass: "sailplane.dev/ingress" }), service("hidden", {})];
  await cluster.output("apply -f -", { input: JSON.stringify({ kind: "List", apiVersion: "v1", items }) });
  await cluster.output("wait --for=jsonpath={.status.loadBalancer.ingress[0].hostname} service/shown --timeout=10s");
  await expect
    .poll(async () => (await visit("shown.default.default.localhost", "/")).status, { timeout: 10_000 })
    .toBe(200);
  expect((await visit("hidden.default.default.localhost", "/")).status).toBe(404);
});

const outside = (address: string, port: number) => `apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: outside-1, labels: {kubernetes.io/service-name: outside}}
addressType: IPv4
ports: [{port: ${port}}]
endpoints: [{addresses: [${address}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: outside}
spec: {ingressClassName: sailplane, rules: [{host: outside.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: outside, port: {number: 80}}}}]}}]}
`;

test("TUNNEL-ADDRESS: an Ingress leads to a server outside the cluster", async () => {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  const server = createServer((asked, answer) => answer.end(`outside ${asked.url}`));
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await cluster.output("apply -f -", { input: outside(own?.address ?? "", port) });
    expect((await visit("outside.test", "/there")).text).toBe("outside /there");
  } finally {
    server.close();
  }
});
