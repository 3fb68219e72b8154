import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connectSpdy, openStreams } from "../../test/fakes/spdy-client.ts";
import { ForwardedRequests } from "../control-plane/forwarded-requests.ts";
import { bridgeSpdy, requestsSpdy } from "./spdy-bridge.ts";

const POD = "/api/v1/namespaces/default/pods/p";
const SUCCESS = { metadata: {}, status: "Success" };
const FAILURE = { metadata: {}, status: "Failure", message: "exit code 3", reason: "NonZeroExitCode" };

let api: Server;
let proxy: Server;
let calls: ForwardedRequests;
let requested: IncomingMessage;
/** What the API server does with a WebSocket. */
let onSocket: (socket: WebSocket) => void = () => {};

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listening = (server: Server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

beforeAll(async () => {
  api = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  api.on("upgrade", (message, socket, head) => {
    requested = { ...message, headers: { ...message.headers } } as IncomingMessage;
    if (message.url?.includes("/none/")) {
      const body = JSON.stringify({ kind: "Status", message: 'pods "none" not found', code: 404 });
      socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    // The library knows no subprotocols with a slash, and the handshake needs none: it is added to the answer.
    const protocol = message.headers["sec-websocket-protocol"];
    delete message.headers["sec-websocket-protocol"];
    sockets.once("headers", (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
    sockets.handleUpgrade(message, socket, head, (upgraded) => onSocket(upgraded));
  });
  await listening(api);
  calls = new ForwardedRequests({ server: `http://127.0.0.1:${portOf(api)}/clusters/two` });
  proxy = createServer();
  proxy.on("upgrade", (message, socket, head) => void bridgeSpdy(message, socket, { calls, head }));
  await listening(proxy);
});
afterAll(() => {
  calls.close();
  api.closeAllConnections();
  api.close();
  proxy.close();
});
beforeEach(() => {
  onSocket = () => {};
});

/** Asks like client-go. */
const connect = (path: string, versions: string | readonly string[] = "v4.channel.k8s.io") =>
  connectSpdy(portOf(proxy), path, versions);

const exit = (status: object) => Buffer.from(`\x03${JSON.stringify(status)}`);

describe("SPDY-ASKED: a request for SPDY", () => {
  test.each([
    [`${POD}/exec?command=id`, "SPDY/3.1", true],
    [`${POD}/attach`, "spdy/3.1", true],
    [`${POD}/portforward`, "SPDY/3.1", true],
    [`${POD}/exec`, "websocket", false],
    [`${POD}/proxy/exec`, "SPDY/3.1", false],
    ["/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/p/exec", "SPDY/3.1", false],
  ])("%s with Upgrade: %s is translated: %s", (url, upgrade, expected) => {
    expect(requestsSpdy({ url, headers: { upgrade } } as IncomingMessage)).toBe(expected);
  });

  test("becomes a WebSocket with the client's own credentials, below the cluster's path", async () => {
    const { answer, socket } = await connect(`${POD}/exec?command=id&stdout=true`, [
      "v9",
      "v4.channel.k8s.io",
      "v3.channel.k8s.io",
    ]);
    expect([answer.statusCode, answer.headers.upgrade, answer.headers["x-stream-protocol-version"]]).toEqual([
      101,
      "SPDY/3.1",
      "v4.channel.k8s.io",
    ]);
    const { authorization, "x-stream-protocol-version": version } = requested.headers;
    expect([requested.method, requested.url, authorization, version]).toEqual([
      "GET",
      `/clusters/two${POD}/exec?command=id&stdout=true`,
      "Bearer own",
      undefined,
    ]);
    socket.destroy();
  });

  test("without a common version is refused as by a kubelet", async () => {
    const { answer } = await connect(`${POD}/exec?command=id`, "v5.channel.k8s.io");
    let text = "";
    for await (const chunk of answer) text += chunk;
    expect([answer.statusCode, text]).toEqual([
      403,
      "unable to upgrade: unable to negotiate protocol: client supports [v5.channel.k8s.io], server accepts [v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io]\n",
    ]);
    expect((await connect(`${POD}/exec?command=id`, "")).answer.statusCode).toBe(400);
  });

  test("gets the API server's refusal", async () => {
    const { answer } = await connect("/api/v1/namespaces/default/pods/none/exec?command=id");
    let text = "";
    for await (const chunk of answer) text += chunk;
    expect([answer.statusCode, JSON.parse(text).message]).toEqual([404, 'pods "none" not found']);
  });
});

describe("SPDY-TERMINAL: exec and attach", () => {
  const path = `${POD}/exec?command=cat&stdin=true&stdout=true&stderr=true`;

  test("carry input with its end, output and errors, and then the exit; each stream ends", async () => {
    onSocket = (socket) => {
      socket.on("message", (message: Buffer) => {
        if (message[0] === 255) {
          socket.send("\x02oops");
          socket.send(exit(FAILURE));
          socket.close();
        } else socket.send(Buffer.concat([Buffer.of(1), message.subarray(1)]));
      });
    };
    const { socket } = await connect(path);
    const { heard, closed } = await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    await heard.stdin.stream.send(Buffer.from("hello"));
    await heard.stdin.stream.end();
    await closed;
    expect([heard.stdout.text, heard.stderr.text, JSON.parse(heard.error.text)]).toEqual(["hello", "oops", FAILURE]);
    expect(Object.values(heard).map(({ isEnded }) => isEnded)).toEqual([true, true, true, true]);
  });

  test("lose nothing that arrives before the client has opened its streams", async () => {
    onSocket = (socket) => {
      socket.send("\x01at once");
      socket.send(exit(SUCCESS));
      socket.close();
    };
    const { socket } = await connect(path);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { heard, closed } = await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    await closed;
    expect([heard.stdout.text, JSON.parse(heard.error.text)]).toEqual(["at once", SUCCESS]);
  });

  test.each([
    ["v3.channel.k8s.io", FAILURE, "exit code 3"],
    ["v2.channel.k8s.io", SUCCESS, ""],
  ])("by %s report the exit in words", async (version, status, words) => {
    onSocket = (socket) => socket.send(exit(status));
    const { socket } = await connect(path, version);
    const { heard, closed } = await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    await closed;
    expect(heard.error.text).toBe(words);
  });

  test("of a terminal have sizes, however they are cut, and no stream of errors", async () => {
    const sizes: string[] = [];
    onSocket = (socket) => socket.on("message", (message: Buffer) => sizes.push(message.toString()));
    const { socket } = await connect(`${path}&tty=true`);
    const { heard } = await openStreams(socket, ["error", "stdin", "stdout", "resize"]);
    const stream = heard.resize?.stream;
    for (const part of ['{"Width":80,"Hei', 'ght":24}\n{"Width":81,"Height":25}\n', '{"Width":82'])
      await stream?.send(Buffer.from(part));
    await expect.poll(() => sizes).toEqual(['\x04{"Width":80,"Height":24}', '\x04{"Width":81,"Height":25}']);
    socket.destroy();
  });

  test("SPDY-EXIT: do not look successful if the connection to the command is lost", async () => {
    onSocket = (socket) => socket.terminate();
    const { socket } = await connect(path);
    const { heard, closed } = await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    await closed;
    expect(JSON.parse(heard.error.text)).toMatchObject({
      status: "Failure",
      message: "the connection to the command was lost",
    });
  });

  test("are left when the client is gone", async () => {
    const left = new Promise<void>((resolve) => {
      onSocket = (socket) => socket.once("close", () => resolve());
    });
    const { socket } = await connect(path);
    await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    socket.destroy();
    await left;
  });

  test("end a client that speaks something else", async () => {
    const { socket } = await connect(path);
    const closed = new Promise<void>((resolve) => socket.once("close", resolve));
    socket.write(Buffer.from("80030001ffffffffffffffff", "hex"));
    socket.resume();
    await closed;
  });

  test("SPDY-WINDOW: read no faster than the client, nor from it than the API server", async () => {
    let sent = 0;
    let api: WebSocket | undefined;
    onSocket = (socket) => {
      api = socket;
      socket.pause();
      const chunk = Buffer.alloc(65_536, 1);
      const more = () => {
        sent += chunk.length;
        if (sent < 64 * 1024 * 1024) socket.send(chunk, more);
      };
      more();
    };
    const { socket } = await connect(path);
    const { heard } = await openStreams(socket, ["error", "stdin", "stdout", "stderr"]);
    socket.pause();
    let taken = 0;
    const fill = () => {
      while (taken < 64 * 1024 * 1024) {
        taken += 65_536;
        void heard.stdin.stream.send(Buffer.alloc(65_536));
        if (socket.writableLength > 1024 * 1024) break;
      }
    };
    socket.on("drain", fill);
    fill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    expect(taken).toBeLessThan(32 * 1024 * 1024);
    api?.terminate();
    socket.destroy();
  });
});

test("SPDY-WINDOW: a WebSocket that does not even answer pings is ended", async () => {
  let silent: WebSocket | undefined;
  onSocket = (socket) => {
    silent = socket;
  };
  vi.useFakeTimers({ toFake: ["setInterval"] });
  const { socket } = await connect(`${POD}/exec?command=cat&stdout=true`);
  const { heard, closed } = await openStreams(socket, ["error", "stdout"]);
  // Its pings are answered, until nothing is read any more.
  vi.advanceTimersByTime(20_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  vi.advanceTimersByTime(20_000);
  expect(heard.error.isEnded).toBe(false);
  silent?.pause();
  vi.advanceTimersByTime(40_000);
  vi.useRealTimers();
  await closed;
  expect(JSON.parse(heard.error.text)).toMatchObject({ message: "the connection to the command was lost" });
  silent?.terminate();
});

describe("SPDY-PORTS: port-forward", () => {
  test("is passed on unparsed, both ways, until one side ends it", async () => {
    onSocket = (socket) =>
      socket.on("message", (message: Buffer) => (message.toString() === "end" ? socket.close() : socket.send(message)));
    const { answer, socket } = await connect(`${POD}/portforward`, "portforward.k8s.io");
    expect(answer.headers["x-stream-protocol-version"]).toBe("portforward.k8s.io");
    expect(requested.headers["sec-websocket-protocol"]).toBe("SPDY/3.1+portforward.k8s.io");
    const bytes: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => bytes.push(chunk));
    socket.write(Buffer.of(0x80, 3, 0, 6));
    await expect.poll(() => Buffer.concat(bytes)).toEqual(Buffer.of(0x80, 3, 0, 6));
    const ended = new Promise<void>((resolve) => socket.once("end", resolve));
    socket.write("end");
    await ended;
  });
});
