import { EventEmitter } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type ContainedFault, containConnections, containFaults, onContainedFault } from "./contained-faults.ts";

const faults: ContainedFault[] = [];
const ends: (() => void)[] = [onContainedFault((fault) => faults.push(fault))];
afterEach(() => {
  faults.length = 0;
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ends.push(() => server.close());
  return (server.address() as { port: number }).port;
}

/** What is received until the connection ends. */
const converse = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });

describe("AGENT-FAULTS: an error that a listener throws", () => {
  it("ends a connection to a server, and no other", async () => {
    const server = createServer();
    containConnections(server, "a test");
    server.on("connection", (socket) =>
      socket.on("data", (chunk) => {
        if (chunk.toString() === "bad") throw new Error("unexpected");
        socket.end("good");
      }),
    );
    const port = await listen(server);
    expect(await converse(port, "bad")).toBe("");
    expect(await converse(port, "fine")).toBe("good");
    expect(faults).toEqual([{ where: "a test", error: new Error("unexpected") }]);
  });

  it("ends an HTTP request's connection, and no other", async () => {
    const server = createHttpServer();
    containConnections(server, "a test");
    server.on("request", ({ url }, response) => {
      if (url === "/bad") throw new Error("unexpected");
      response.end("good");
    });
    const port = await listen(server);
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expect(await converse(port, request("/bad"))).toBe("");
    expect(await converse(port, request("/fine"))).toContain("good");
    expect(faults.map(({ where }) => where)).toEqual(["a test"]);
  });

  it("includes errors that nobody listens to, and all that is thrown", () => {
    const emitter = new EventEmitter();
    const ended: unknown[] = [];
    containFaults(emitter, "a test", (about) => ended.push(about));
    emitter.on("message", () => {
      throw "text";
    });
    const lost = new Error("nobody listens");
    expect([emitter.emit("message", 1), emitter.emit("error", lost)]).toEqual([true, true]);
    expect(ended).toEqual([1, lost]);
    expect(faults.map(({ error }) => error)).toEqual([new Error("text"), lost]);
  });
});

it("a listener for faults may leave", () => {
  for (const end of ends) end();
  const emitter = new EventEmitter();
  containFaults(emitter, "a test", () => {});
  emitter.emit("error", new Error("unseen"));
  expect(faults).toEqual([]);
});
