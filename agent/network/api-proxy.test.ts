import { createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, request as plainRequest, type Server } from "node:http";
import { Agent, createServer as createSecureServer, request, type Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import {
  assemble,
  commonName,
  derSignature,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import { generalNames } from "../../api/machinery/x509/general-names.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import { ApiProxy } from "./api-proxy.ts";
import type { ControlPlaneCalls } from "./control-plane-calls.ts";

const NAME = "kubernetes.default.svc";
const DAY_MS = 86_400_000;
const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = (key: KeyObject) => new Uint8Array(key.export({ type: "spki", format: "der" }));

function issue(publicKey: Uint8Array, of: "authority" | "server"): string {
  const signed = toBeSigned({
    serial: new Uint8Array([of === "authority" ? 1 : 2]),
    issuer: commonName("ca"),
    subject: commonName(of === "authority" ? "ca" : "server"),
    from: new Date(Date.now() - DAY_MS),
    until: new Date(Date.now() + DAY_MS),
    publicKey,
    extensions:
      of === "authority"
        ? [extensions.authority(), extensions.usage(keyUsage.keyCertSign)]
        : [extensions.noAuthority(), extensions.alternativeNames(generalNames({ dns: [NAME], addresses: [] }))],
  });
  const raw = sign("sha256", signed, { key: authority.privateKey, dsaEncoding: "ieee-p1363" });
  return renderPem("CERTIFICATE", assemble(signed, derSignature(new Uint8Array(raw))));
}
const callsOf = (server: string): ControlPlaneCalls => ({
  server,
  request: async ({ path, ...asked }) => {
    const answer = await fetch(`${server}${path}`, asked);
    return { code: answer.status, body: await answer.text() };
  },
  open: (path, options) => plainRequest(`${server}${path}`, options),
  dial: () => {
    throw new Error("nobody asks for SPDY");
  },
});
const ca = issue(spki(authority.publicKey), "authority");

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message) text += chunk;
  return text;
}

describe("NET-TLS: an API proxy that terminates TLS for pods", () => {
  let plane: Server;
  let controlPlane: ControlPlaneCalls;
  let door: ApiProxy;
  let finishWatch = () => {};
  const pods = new Agent({ ca, servername: NAME, keepAlive: true });

  beforeAll(async () => {
    plane = createServer({ maxHeaderSize: 1_000_000 }, async (asked, answer) => {
      const body = await bodyOf(asked);
      if (asked.url?.endsWith("/api-door")) {
        const key = createPublicKey({
          key: Buffer.from(JSON.parse(body).publicKey, "base64"),
          type: "spki",
          format: "der",
        });
        answer.end(JSON.stringify({ certificate: issue(spki(key), "server") }));
      } else if (asked.url?.includes("watch")) {
        answer.write("first\n");
        finishWatch = () => answer.end("last\n");
      } else {
        const { authorization, host } = asked.headers;
        answer.setHeader("Warning", '299 - "kept"');
        answer.statusCode = 207;
        answer.end(JSON.stringify({ method: asked.method, url: asked.url, authorization, host, body }));
      }
    });
    const sockets = new WebSocketServer({ server: plane, handleProtocols: (all) => [...all][0] ?? false });
    sockets.on("connection", (socket) => socket.on("message", (message) => socket.send(`echo ${message}`)));
    await new Promise<void>((done) => plane.listen(0, "127.0.0.1", done));
    const { port } = plane.address() as AddressInfo;
    controlPlane = callsOf(`http://127.0.0.1:${port}/clusters/two`);
    const log = { info: () => {}, warn: () => {} };
    door = await ApiProxy.open("127.0.0.1", { nodeName: "n", controlPlane, log, apiServer: undefined });
    await vi.waitFor(async () => expect((await ask("GET", "/healthz")).statusCode).toBe(207));
  });
  afterAll(() => {
    pods.destroy();
    door.close();
    plane.closeAllConnections();
    plane.close();
  });

  const options = (method: string, path: string) => ({
    agent: pods,
    host: door.backend.address,
    port: door.backend.port,
    headers: { authorization: "Bearer the-pods-own", host: NAME },
    method,
    path,
  });
  const ask = (method: string, path: string, body = "") =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(options(method, path), resolve);
      asked.once("error", reject);
      asked.end(body);
    });

  it("forwards requests with the pod's token, the cluster's path prefix and the server's host name", async () => {
    const answer = await ask("POST", "/api/v1/namespaces/default/pods?dryRun=All", "a pod");
    expect([answer.statusCode, answer.headers.warning]).toEqual([207, '299 - "kept"']);
    expect(JSON.parse(await bodyOf(answer))).toEqual({
      method: "POST",
      url: "/clusters/two/api/v1/namespaces/default/pods?dryRun=All",
      authorization: "Bearer the-pods-own",
      host: new URL(controlPlane.server).host,
      body: "a pod",
    });
  });

  it("forwards a command of 100 kB, which is part of the URL", async () => {
    const path = `/api/v1/namespaces/default/pods/p/exec?command=${"x".repeat(100_000)}`;
    expect(JSON.parse(await bodyOf(await ask("POST", path))).url).toBe(`/clusters/two${path}`);
  });

  it("streams answers as they arrive", async () => {
    const answer = await ask("GET", "/api/v1/pods?watch=1");
    const received: string[] = [];
    answer.on("data", (chunk) => received.push(String(chunk)));
    await expect.poll(() => received.join("")).toBe("first\n");
    finishWatch();
    await expect.poll(() => received.join("")).toBe("first\nlast\n");
  });

  it("rejects requests for another server and malformed ones", async () => {
    for (const path of ["http://elsewhere.example/api", "http://:x/", "*"])
      expect((await ask("OPTIONS", path)).statusCode).toBe(400);
  });

  it.each(["GET / HTTP/1.1", "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket"])(
    "AGENT-STANDS: answers %j of anybody with a header that Node.js cannot send",
    async (start) => {
      const socket = connectTls({ ca, servername: NAME, host: door.backend.address, port: door.backend.port });
      let received = "";
      socket.setEncoding("utf8").on("data", (chunk) => {
        received += chunk;
      });
      socket.write(`${start}\r\nHost: x\r\nTrailer: x\r\n\r\n`);
      await expect.poll(() => received).toContain("HTTP/1.1 ");
      socket.destroy();
    },
  );

  it.each(["//", "//x/api/v1/namespaces/n/pods/p/exec", "/api/v1/namespaces/n/pods/p/exec?command=id#x"])(
    "AGENT-STANDS: ends a request for SPDY at %s",
    async (path) => {
      const socket = connectTls({ ca, servername: NAME, host: door.backend.address, port: door.backend.port });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      const versions = "X-Stream-Protocol-Version: v4.channel.k8s.io";
      socket.resume().on("end", () => socket.end());
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: SPDY/3.1\r\n${versions}\r\n\r\n`,
      );
      await closed;
    },
  );

  it("forwards WebSockets with their subprotocol", async () => {
    const { host, port } = { host: door.backend.address, port: door.backend.port };
    const socket = new WebSocket(`wss://${host}:${port}/exec`, ["v5.channel.k8s.io"], { agent: pods });
    const received = new Promise((resolve) => socket.once("message", (message) => resolve(String(message))));
    await new Promise((resolve) => socket.once("open", resolve));
    expect(socket.protocol).toBe("v5.channel.k8s.io");
    socket.send("hello");
    expect(await received).toBe("echo hello");
    socket.terminate();
  });

  it("reports that the API server is unreachable", async () => {
    const away = callsOf("http://127.0.0.1:9");
    const complaints: string[] = [];
    const log = { info: () => {}, warn: (text: string) => complaints.push(text) };
    const shut = await ApiProxy.open("127.0.0.1", { nodeName: "n", controlPlane: away, log, apiServer: undefined });
    await expect.poll(() => complaints.length).toBe(1);
    shut.close();
  });
});

describe("NET-ALPN: an API proxy through which TLS passes", () => {
  const subject = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const serving = {
    key: subject.privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: issue(spki(subject.publicKey), "server"),
  };
  let plane: SecureServer;
  let certifier: Server;
  let door: ApiProxy;
  let port = 0;

  beforeAll(async () => {
    plane = createSecureServer(serving, (asked, answer) => answer.end(`plane ${asked.headers.authorization}`));
    await new Promise<void>((done) => plane.listen(0, "127.0.0.1", done));
    certifier = createServer(async (asked, answer) => {
      const { publicKey } = JSON.parse(await bodyOf(asked));
      const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), type: "spki", format: "der" });
      answer.end(JSON.stringify({ certificate: issue(spki(key), "server") }));
    });
    await new Promise<void>((done) => certifier.listen(0, "127.0.0.1", done));
    port = (plane.address() as AddressInfo).port;
    const controlPlane: ControlPlaneCalls = {
      ...callsOf(`http://127.0.0.1:${(certifier.address() as AddressInfo).port}`),
      open: (path, options) => request(`https://127.0.0.1:${port}${path}`, { ...options, ca, servername: NAME }),
    };
    const log = { info: () => {}, warn: () => {} };
    const apiServer = { host: "127.0.0.1", port };
    door = await ApiProxy.open("127.0.0.1", { nodeName: "n", controlPlane, log, apiServer });
    await vi.waitFor(async () =>
      expect(await certificateOf({})).not.toBe(await certificateOf({ ALPNProtocols: ["http/1.1"] })),
    );
  });
  afterAll(() => {
    door.close();
    plane.close();
    certifier.close();
  });

  /** The serial of the certificate that a client is shown. */
  const certificateOf = (options: ConnectionOptions) =>
    new Promise<string>((resolve, reject) => {
      const { address: host } = door.backend;
      const socket = connectTls({ ca, servername: NAME, ...options, host, port: door.backend.port }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once("error", reject);
    });
  const ask = async (options: ConnectionOptions) => {
    const agent = new Agent({ ca, servername: NAME, ...options });
    const headers = { authorization: "Bearer own" };
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      request({ agent, host: door.backend.address, port: door.backend.port, headers, path: "/api" }, resolve)
        .once("error", reject)
        .end(),
    );
    const text = await bodyOf(answer);
    agent.destroy();
    return text;
  };

  it("leads clients that offer a protocol to the control plane's own TLS", async () => {
    const own = new X509Certificate(serving.cert).fingerprint256;
    for (const ALPNProtocols of [["h2", "http/1.1"], ["http/1.1"]])
      expect(await certificateOf({ ALPNProtocols })).toBe(own);
    expect(await certificateOf({ ALPNProtocols: [] })).not.toBe(own);
  });

  it("serves either kind of client", async () => {
    for (const ALPNProtocols of [["http/1.1"], []]) expect(await ask({ ALPNProtocols })).toBe("plane Bearer own");
  });

  it("NET-ALPN-REFUSED: passes a client through that has just refused the node's certificate", async () => {
    const other = await certificateOf({ ALPNProtocols: [] });
    await expect(certificateOf({ ca: [], ALPNProtocols: [] })).rejects.toThrow();
    await expect.poll(() => certificateOf({ ALPNProtocols: [] })).not.toBe(other);
    expect(await ask({ ALPNProtocols: [] })).toBe("plane Bearer own");
  });
});
