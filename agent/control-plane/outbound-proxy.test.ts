import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer as createPlain, type IncomingMessage, type Server } from "node:http";
import { createServer, get } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { ProxiedAgent, proxyFor } from "./outbound-proxy.ts";

test.each([
  ["https://plane.example.com", {}, undefined],
  ["https://plane.example.com", { HTTPS_PROXY: "http://proxy:3128" }, "proxy:3128"],
  ["https://plane.example.com", { https_proxy: "proxy:3128" }, "proxy:3128"],
  ["http://plane.example.com", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://127.0.0.1:6443", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://localhost:6443", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://plane.example.com", { HTTPS_PROXY: "proxy:1", NO_PROXY: "example.com" }, undefined],
  ["https://plane.example.com", { HTTPS_PROXY: "proxy:1", no_proxy: "a.com, .example.com" }, undefined],
  ["https://example.com", { HTTPS_PROXY: "proxy:1", NO_PROXY: ".example.com" }, "proxy:1"],
  ["https://notexample.com", { HTTPS_PROXY: "proxy:1", NO_PROXY: "example.com" }, "proxy:1"],
  ["https://plane.example.com:6443", { HTTPS_PROXY: "proxy:1", NO_PROXY: "example.com:443" }, "proxy:1"],
  ["https://10.1.2.3:6443", { HTTPS_PROXY: "proxy:1", NO_PROXY: "10.0.0.0/8" }, undefined],
  ["https://11.1.2.3:6443", { HTTPS_PROXY: "proxy:1", NO_PROXY: "10.0.0.0/8" }, "proxy:1"],
  ["https://plane.example.com", { HTTPS_PROXY: "proxy:1", NO_PROXY: "*" }, undefined],
])("%s with %j goes through %s", (server, environment, expected) => {
  expect(proxyFor(new URL(server), environment)?.host).toBe(expected);
});

test("a proxy with an unsupported protocol is rejected, and its protocol named", () => {
  expect(() => proxyFor(new URL("https://a.b"), { HTTPS_PROXY: "socks5://proxy:1" })).toThrow("socks5:");
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function certificate() {
  const directory = temporaryDirectory();
  const [key, cert] = [join(directory, "key"), join(directory, "cert")];
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  execFileSync(
    "openssl",
    [...words, "-keyout", key, "-out", cert, "-subj", "/CN=plane.test", "-addext", "subjectAltName=DNS:plane.test"],
    { stdio: "ignore" },
  );
  const read = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(directory, { recursive: true });
  return read;
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

test("a node's requests and WebSockets go through the proxy, which only sees their destination", async () => {
  const { key, cert } = certificate();
  const plane = createServer({ key, cert }, (_, response) => response.end("hello"));
  const port = await listening(plane);
  new WebSocketServer({ server: plane }).on("connection", (socket) => socket.send("hi"));
  const requests: string[] = [];
  const proxy = createPlain().on("connect", ({ url = "", headers }, socket, head) => {
    requests.push(`${url} ${headers["proxy-authorization"]}`);
    const way = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      way.write(head);
      way.pipe(socket).pipe(way);
    });
    for (const end of [way, socket]) end.on("error", () => {});
  });
  const agent = new ProxiedAgent(new URL(`http://user:pass@127.0.0.1:${await listening(proxy)}`), { ca: cert });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get("https://plane.test:6443/version", { agent }, resolve).once("error", reject);
  });
  expect(String(await response.toArray())).toBe("hello");
  const socket = new WebSocket("wss://plane.test:6443/link", { agent });
  expect(await new Promise((resolve) => socket.once("message", (data) => resolve(String(data))))).toBe("hi");
  socket.terminate();
  expect(requests).toEqual(Array(2).fill("plane.test:6443 Basic dXNlcjpwYXNz"));
});

test("an error names the proxy that refused", async () => {
  const proxy = createPlain().on("connect", (_, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const port = await listening(proxy);
  const agent = new ProxiedAgent(new URL(`http://127.0.0.1:${port}`), {});
  const why = `the proxy 127.0.0.1:${port} does not lead to plane.test:443: 403 Forbidden`;
  const failed = new Promise<Error>((resolve) => get("https://plane.test/version", { agent }).once("error", resolve));
  expect((await failed).message).toBe(why);
});
