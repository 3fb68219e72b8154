/** How HTTP probes interpret responses, against a real server. */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Probe } from "../../api/generated/core.v1.ts";
import { listenOnLoopback } from "../../test/fakes/loopback.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { ExecTimeout } from "../runtime/runtime-error.ts";
import { getHttp } from "./http-probe.ts";
import { portNumber, runProbe } from "./probe.ts";

const BODY = '<a href="http://0.0.0.0/">Found</a>.';
let server: Server;
let port = 0;
let requests: string[] = [];

beforeAll(async () => {
  server = createServer(({ url = "" }, response) => {
    requests.push(url);
    const { searchParams, pathname } = new URL(url, "http://x");
    const [, code = "200"] = pathname.split("/");
    const location = pathname.endsWith("/again") ? url : searchParams.get("to");
    response.writeHead(Number(code), location === null ? {} : { Location: location }).end(BODY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const probe = (path: string) => {
  requests = [];
  return getHttp({ path, port }, "127.0.0.1", { port, seconds: 5, agent: "test" });
};

describe("an HTTP probe", () => {
  it.each([
    ["succeeds with 200", "/200", { ok: true, output: BODY }],
    ["fails with 404", "/404", { ok: false, output: "HTTP probe failed with statuscode: 404" }],
    [
      "follows a redirect to the same host",
      "/302?to=/500",
      { ok: false, output: "HTTP probe failed with statuscode: 500" },
    ],
    [
      "succeeds with a warning if redirected to another host",
      "/302?to=http://0.0.0.0/",
      { ok: true, warning: true, output: `Probe terminated redirects, Response body: ${BODY}` },
    ],
    [
      "fails on a redirect without a Location",
      "/301",
      { ok: true, warning: true, output: `Probe terminated redirects, Response body: ${BODY}` },
    ],
    [
      "fails on a redirect to an invalid URL",
      "/302?to=http://[",
      { ok: false, output: expect.stringContaining('failed to parse Location header "http://["') },
    ],
    [
      "fails on a redirect to an unsupported protocol",
      "/302?to=ftp://127.0.0.1/",
      { ok: false, responded: false, output: expect.stringContaining('Protocol "ftp:" not supported') },
    ],
  ])("%s", async (_, path, expected) => {
    expect(await probe(path)).toEqual({ responded: true, ...expected });
  });

  it("AGENT-LONG-TIME: may have a time limit of years", async () => {
    const httpGet = { path: "/200", port, host: "127.0.0.1" };
    expect(await runProbe({ httpGet, timeoutSeconds: 2 ** 31 - 1 }, target)).toMatchObject({ ok: true });
    expect(await runProbe({ httpGet, timeoutSeconds: 3_000_000 }, target)).toMatchObject({ ok: true });
  });

  it("stops after ten redirects", async () => {
    const outcome = await probe("/302/again");
    expect(outcome).toMatchObject({ ok: false, output: expect.stringMatching(/: stopped after 10 redirects$/) });
    expect(requests).toHaveLength(10);
  });
});

const target = {
  container: { name: "c" },
  containerId: "c",
  podIP: "127.0.0.1",
  runtime: {} as Runtime,
};
it.each<[Probe]>([
  [{ httpGet: { port: 1, host: "a b[" } }],
  [{ httpGet: { port: 70_000 } }],
  [{ httpGet: { port: 1, httpHeaders: [{ name: "a b", value: "x" }] } }],
  [{ httpGet: { port: 1, httpHeaders: [{ name: "X", value: "x\ny" }] } }],
  [{ tcpSocket: { port: 70_000 } }],
  [{ tcpSocket: { port: 1, host: "\0" } }],
])("%j cannot be run, and fails with an error", async (probe) => {
  expect(await runProbe(probe, target)).toMatchObject({ ok: false, output: expect.stringMatching(/./) });
});

describe("an HTTP probe of a faulty server", () => {
  /** The request that is sent, and how the response is interpreted. */
  async function against(serve: (socket: Socket) => void, httpHeaders: { name: string; value: string }[] = []) {
    let sent = "";
    const { server: plain, port: at } = await listenOnLoopback((socket) => {
      socket.on("error", () => {});
      socket.on("data", (data) => {
        sent += data;
        serve(socket);
      });
    });
    const { output } = await getHttp({ path: "/x", port: at, httpHeaders }, "127.0.0.1", {
      port: at,
      seconds: 5,
      agent: "kube-probe/1.36",
    });
    plain.close();
    return { output: output.replaceAll(String(at), "PORT"), sent: sent.replaceAll(String(at), "PORT") };
  }
  const fine = (socket: Socket) => socket.end("HTTP/1.0 200 OK\r\n\r\n");

  it.each<[string, (socket: Socket) => void, string | RegExp]>([
    ["closes the connection", (socket) => socket.end(), 'Get "http://127.0.0.1:PORT/x": EOF'],
    [
      "speaks another protocol",
      (socket) => socket.end("SSH-2.0\r\nx"),
      'Get "http://127.0.0.1:PORT/x": net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0"',
    ],
    [
      "breaks off its response",
      (socket) => socket.resetAndDestroy(),
      /^Get "http:\/\/127.0.0.1:PORT\/x": read tcp 127.0.0.1:\d+->127.0.0.1:PORT: read: connection reset by peer$/,
    ],
    [
      "redirects to a port without a listener",
      (socket) => socket.end("HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:1/y\r\n\r\n"),
      'Get "http://127.0.0.1:1/y": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
  ])("that %s fails with the kubelet's message", async (_, serve, expected) => {
    const { output } = await against(serve);
    if (typeof expected === "string") expect(output).toBe(expected);
    else expect(output).toMatch(expected);
  });

  it("AGENT-PROBE-TIME: has a time limit even if data keeps arriving, and reads no more than it shows", async () => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const ask = async (chunk: string, everyMs: number, first = head) => {
      const { server: endless, port: at } = await listenOnLoopback((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => {
          socket.write(first);
          const timer = setInterval(() => socket.write(chunk), everyMs);
          socket.once("close", () => clearInterval(timer));
        });
      });
      const outcome = await getHttp({ port: at }, "127.0.0.1", { port: at, seconds: 0.4, agent: "a" });
      endless.close();
      return { ...outcome, output: outcome.output.replaceAll(String(at), "PORT").slice(0, 120) };
    };
    const kept = "context deadline exceeded (Client.Timeout or context cancellation while reading body)";
    expect(await ask("1\r\nx\r\n", 20)).toEqual({ ok: false, errored: true, responded: true, output: kept });
    expect(await ask(`1000\r\n${"x".repeat(0x1000)}\r\n`, 5)).toEqual({
      ok: true,
      responded: true,
      output: "x".repeat(120),
    });
    const silent =
      'Get "http://127.0.0.1:PORT/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    expect(await ask("X: y\r\n", 20, "HTTP/1.1 200 OK\r\n")).toMatchObject({ ok: false, output: silent });
  });

  it("sends headers as Go does: canonical names, and repeated values repeated", async () => {
    const { sent } = await against(fine, [
      { name: "x-request-id", value: "1" },
      { name: "X-REQUEST-ID", value: "2" },
      { name: "X-Empty", value: "" },
      { name: "accept", value: "" },
      { name: "host", value: "h.example" },
    ]);
    const [line, ...headers] = sent.trimEnd().split("\r\n");
    expect(line).toBe("GET /x HTTP/1.1");
    expect(headers.toSorted()).toEqual([
      "Connection: close",
      "Host: h.example",
      "User-Agent: kube-probe/1.36",
      "X-Empty: ",
      "X-Request-Id: 1",
      "X-Request-Id: 2",
    ]);
  });

  it("sends User-Agent, Host and Accept by default", async () => {
    const { sent } = await against(fine);
    expect(sent.trimEnd().split("\r\n").slice(1).toSorted()).toEqual([
      "Accept: */*",
      "Connection: close",
      "Host: 127.0.0.1:PORT",
      "User-Agent: kube-probe/1.36",
    ]);
  });
});

it.each([
  [80, 80],
  ["web", 8080],
  ["81", 81],
  ["none", undefined],
  [undefined, undefined],
])("port %s of a container is %s", (port, expected) => {
  expect(portNumber(port, { name: "c", ports: [{ name: "web", containerPort: 8080 }] })).toBe(expected);
});

describe("a probe", () => {
  const answering = (execSync: Runtime["execSync"]) => ({ ...target, runtime: { execSync } as Runtime });

  it("of a command has its exit code and its output, truncated at 10 KiB", async () => {
    const requests: unknown[] = [];
    const run = (exitCode: number) =>
      answering(async (...all) => {
        requests.push(all);
        return { exitCode, output: Buffer.from("x".repeat(20_000)), stderr: Buffer.alloc(0) };
      });
    const output = "x".repeat(10_240);
    expect(await runProbe({ exec: { command: ["a", "b"] } }, run(0))).toEqual({ ok: true, output });
    expect(await runProbe({ exec: {}, timeoutSeconds: 7 }, run(3))).toEqual({ ok: false, output });
    expect(requests).toEqual([
      ["c", ["a", "b"], 1],
      ["c", [], 7],
    ]);
  });

  it("of a command that times out fails, and of one that cannot run errors", async () => {
    const fails = (error: Error) => answering(() => Promise.reject(error));
    expect(await runProbe({ exec: { command: ["a", "b"] } }, fails(new ExecTimeout("late")))).toEqual({
      ok: false,
      output: 'command timed out: "a b" timed out after 1s',
    });
    const errored = { ok: false, errored: true, output: "away" };
    expect(await runProbe({ exec: { command: ["a"] } }, fails(new Error("away")))).toEqual(errored);
  });

  it("of a TCP port checks whether anything listens at the given host or the pod", async () => {
    const { server: listening, port: at } = await listenOnLoopback((socket) => socket.destroy());
    const elsewhere = { ...target, podIP: "127.0.0.2" };
    expect(await runProbe({ tcpSocket: { port: at } }, target)).toEqual({ ok: true, output: "" });
    expect(await runProbe({ tcpSocket: { port: at, host: "127.0.0.1" } }, elsewhere)).toEqual({ ok: true, output: "" });
    const refused = `dial tcp 127.0.0.2:${at}: connect: connection refused`;
    expect(await runProbe({ tcpSocket: { port: at } }, elsewhere)).toEqual({ ok: false, output: refused });
    listening.close();
  });

  it("without a handler, or with an unknown port, errors", async () => {
    const errored = (output: string) => ({ ok: false, errored: true, output });
    expect(await runProbe({}, target)).toEqual(errored("missing probe handler for container c"));
    const noPort = 'strconv.Atoi: parsing "web": invalid syntax';
    expect(await runProbe({ tcpSocket: { port: "web" } }, target)).toEqual(errored(noPort));
    expect(await runProbe({ httpGet: { port: "web" } }, target)).toEqual(errored(noPort));
  });

  it("succeeds without running in the simulated runtime", async () => {
    const simulated = { ...target, runtime: { simulates: true } as Runtime };
    expect(await runProbe({ tcpSocket: { port: 1 } }, simulated)).toEqual({ ok: true, output: "" });
  });
});
