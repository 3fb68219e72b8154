import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Hello, readClientHello, readHello } from "./client-hello.ts";

let server: Server;
let port = 0;
let onHello: (bytes: Buffer) => void = () => {};

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      socket.destroy();
      onHello(bytes);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const received = new Promise<Buffer>((resolve) => {
    onHello = resolve;
  });
  connect({ ...options, host: "127.0.0.1", port }).on("error", () => {});
  return received;
}

/** The same message in records of these many bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part]));
  }
  return Buffer.concat(records);
}

test.each([
  ["no protocol", {}, "without-alpn"],
  ["no protocol, but a server's name", { servername: "kubernetes.default.svc" }, "without-alpn"],
  ["no protocol, in TLS 1.2", { maxVersion: "TLSv1.2" }, "without-alpn"],
  ["HTTP/2", { ALPNProtocols: ["h2", "http/1.1"] }, "with-alpn"],
  ["HTTP/1.1", { ALPNProtocols: ["http/1.1"], servername: "kubernetes" }, "with-alpn"],
] as const)("a client that offers %s, however its message is cut", async (_, options, expected) => {
  const hello = await helloOf(options as ConnectionOptions);
  expect(readHello(hello)).toBe(expected);
  for (let length = 0; length < hello.length; length++)
    expect(readHello(hello.subarray(0, length)), `${length} bytes`).toBe("incomplete");
  expect(readHello(inRecords(hello, 100))).toBe(expected);
  expect(readHello(inRecords(hello, 1))).toBe(expected);
});

test("what is not a client's first message is recognized from its first bytes", async () => {
  const hello = await helloOf({});
  const serverHello = Buffer.from(hello);
  serverHello[5] = 2;
  for (const bytes of ["GET / HTTP/1.1\r\n", "x", serverHello, Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255])])
    expect(readHello(Buffer.from(bytes as string))).toBe("no-hello");
});

test("a message whose inner lengths are wrong is none, and no read goes beyond it", async () => {
  const hello = await helloOf({ ALPNProtocols: ["h2"] });
  for (let at = 9; at < hello.length; at++) {
    const wrong = Buffer.from(hello);
    wrong[at] = 255;
    expect(["with-alpn", "without-alpn", "no-hello"]).toContain(readHello(wrong));
  }
});

test("NET-ALPN-TIMEOUT: a client whose first message does not end is disconnected", () => {
  vi.useFakeTimers();
  try {
    const [slow, complete] = [new PassThrough(), new PassThrough()];
    const hellos: Hello[] = [];
    for (const client of [slow, complete]) readClientHello(client as unknown as Socket, (hello) => hellos.push(hello));
    slow.emit("data", Buffer.from([22, 3, 1]));
    complete.emit("data", Buffer.from("GET / HTTP/1.1"));
    vi.advanceTimersByTime(10_000);
    expect([hellos, slow.destroyed, complete.destroyed]).toEqual([["no-hello"], true, false]);
  } finally {
    vi.useRealTimers();
  }
});
