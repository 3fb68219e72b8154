import { EventEmitter, once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { forwardPorts } from "./port-forward.ts";
import type { ServeContext } from "./serve-context.ts";
import { dialableAddress, servePorts } from "./serve-ports.ts";
import { Tunnel } from "./tunnel.ts";

test.each<[string, string | undefined]>([
  ["192.0.2.7", "192.0.2.7"],
  ["0177.0.0.1", "177.0.0.1"],
  ["fd00:0::0001", "fd00::1"],
  ["127.0.0.001", undefined],
  ["::ffff:169.254.169.254", undefined],
  ["127.1", undefined],
  ["fe80::1%eth0", undefined],
])("TUNNEL-ADDRESS: an endpoint's address %s is dialled as %s", (address, dialled) =>
  expect(dialableAddress(address)).toBe(dialled),
);

class ClientSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: string[] = [];
  code: number | undefined;
  send(bytes: Buffer, _: object, sent: () => void): void {
    this.heard.push(bytes.toString("latin1"));
    sent();
  }
  ping(): void {}
  pause(): void {}
  resume(): void {}
  close(code: number): void {
    this.code = code;
    this.emit("close");
  }
}

describe("a port-forward by a runtime that speaks with the client itself", () => {
  /** `far` is the runtime's end of the connection. */
  async function forwarded(ports?: readonly number[]) {
    const [near, far] = duplexPair();
    const runtime = {
      observe: async () => ({ sandboxes: [{ id: "s", ready: true }] }),
      forwardPorts: async () => near,
    };
    const socket = new ClientSocket();
    const open = async () => new Tunnel(socket as unknown as WebSocket);
    const request = { kind: "port-forward", namespace: "n", pod: "p", uid: "u", ...(ports && { ports }) } as const;
    const served = servePorts(open, request, { runtime } as unknown as ServeContext);
    await vi.waitFor(() => expect(socket.listenerCount("message")).toBe(1));
    return { near, far, socket, served };
  }

  test("passes on what both say, and ends with the client", async () => {
    const { near, far, socket } = await forwarded();
    socket.emit("message", Buffer.from("question"), true);
    far.write("answer");
    const [question] = await once(far, "data");
    expect(String(question)).toBe("question");
    await vi.waitFor(() => expect(socket.heard).toEqual(["answer"]));
    socket.emit("close");
    expect(near.destroyed).toBe(true);
  });

  test("ends the client's connection with the runtime's", async () => {
    const { far, socket } = await forwarded();
    far.end();
    await vi.waitFor(() => expect(socket.code).toBe(1000));
  });

  test("TUNNEL-PORTS: speaks for a client that has channels", async () => {
    const { near, far, socket, served } = await forwarded([80]);
    const [pod, port] = duplexPair();
    serveSession(far, () => pod);
    socket.emit("message", Buffer.from("\0question"), true);
    const [question] = await once(port, "data");
    expect(String(question)).toBe("question");
    port.end("answer");
    await served;
    expect(socket.heard).toEqual(["\0P\0", "\x01P\0", "\0answer"]);
    expect([socket.code, near.destroyed]).toEqual([1000, true]);
  });
});

/** A runtime's end of a session, whose ports are these connections. */
function serveSession(connection: Duplex, connect: (port: number) => Duplex): void {
  const receive = forwardPorts({
    connect: async (port) => connect(port),
    write: async (bytes) => void connection.write(bytes),
    pod: "p",
    signal: new AbortController().signal,
  });
  connection.on("data", (bytes: Buffer) => void receive(bytes));
}
