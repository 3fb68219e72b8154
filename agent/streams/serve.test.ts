import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import type { Runtime } from "../runtime/runtime.ts";
import { serveTunnel, type TunnelContext } from "./serve.ts";
import type { ServeContext } from "./serve-context.ts";

/** The other end leaves when it receives the beginning of the body. */
class LeavingSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: string[] = [];
  send(bytes: Buffer | string): void {
    this.heard.push(bytes.toString());
    if (typeof bytes !== "string") this.emit("close");
  }
  ping(): void {}
  pause(): void {}
  close(): void {}
  resume(): void {}
}

class ClosingSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: string[] = [];
  code: number | undefined;
  #begun = "";
  send(bytes: Buffer | string, { fin = true }: { readonly fin?: boolean } = {}): void {
    this.#begun += bytes.toString();
    if (!fin) return;
    this.heard.push(this.#begun);
    this.#begun = "";
  }
  ping(): void {}
  close(code?: number): void {
    this.code = code;
  }
  resume(): void {}
}

test("TUNNEL-END: a log is no longer read once its client has gone", async () => {
  let read = 0;
  let hasEnded = false;
  async function* endless() {
    try {
      for (; read < 1000; read++) yield Buffer.from("line");
    } finally {
      hasEnded = true;
    }
  }
  const socket = new LeavingSocket();
  const context: ServeContext = {
    runtime: {} as Runtime,
    findPod: () => undefined,
    nodeApi: async () => ({ status: 200, type: "text/plain", body: endless() }),
  };
  const dial = async () => socket as unknown as WebSocket;
  await serveTunnel({ kind: "node", path: "/logs/lastlog" }, dial, { ...context, followed: () => {} });
  expect([socket.heard.length, read, hasEnded]).toEqual([2, 1, true]);
});

test("TUNNEL-END: an answer that breaks off does not look complete", async () => {
  async function* broken() {
    yield Buffer.from("the beginning");
    throw new Error("the disk is gone");
  }
  const socket = new ClosingSocket();
  const nodeApi = async () => ({ status: 200, type: "text/plain", body: broken() });
  const context = { runtime: {} as Runtime, findPod: () => undefined, nodeApi, followed: () => {} };
  await serveTunnel({ kind: "node", path: "/logs/syslog" }, async () => socket as unknown as WebSocket, context);
  expect([socket.heard.slice(1), socket.code]).toEqual([["\u0001the beginning"], 1011]);
});

/** What serves commands in the container `c` of any pod, each with these streams. */
const executing = (streams: object): TunnelContext =>
  ({
    runtime: {
      observe: async () => ({ containers: [{ id: "1", name: "c", state: "running" }] }),
      exec: async () => streams,
    },
    findPod: () => ({ metadata: { namespace: "n", name: "p", uid: "u" } }),
    nodeApi: vi.fn(),
    followed: () => {},
  }) as unknown as TunnelContext;

test("TUNNEL-FRAME: invalid frames from an exec client end at most its own stream", async () => {
  const stdin = new PassThrough();
  const resize = vi.fn();
  const streams = { stdin, resize, close: () => {}, exit: new Promise<never>(() => {}) };
  const context = executing(streams);
  const socket = new LeavingSocket();
  const request = { kind: "exec", namespace: "n", pod: "p", uid: "u", container: "c", command: ["cat"] } as const;
  const dialled = new Promise<void>((resolve) => {
    const dial = async () => {
      setTimeout(resolve);
      return socket as unknown as WebSocket;
    };
    void serveTunnel({ ...request, stdin: true, stdout: true, stderr: true, tty: true }, dial, context);
  });
  await dialled;
  const say = (channel: number, text: string) =>
    socket.emit("message", Buffer.concat([Buffer.of(channel), Buffer.from(text)]), true);
  for (const size of ["x", "null", "[]", '{"Width":-1,"Height":24}', '{"Width":"a"}', '{"Width":80,"Height":24}'])
    say(4, size);
  expect(resize.mock.calls).toEqual([[{ width: 80, height: 24 }]]);
  const failed = vi.fn();
  stdin.on("error", failed);
  for (const [channel, text] of [[0, "in"] as const, [255, "\0"] as const, [0, "after"] as const, [255, "\0"] as const])
    say(channel, text);
  socket.emit("message", Buffer.alloc(0), true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(failed).not.toHaveBeenCalled();
  expect(stdin.read().toString()).toBe("in");
});

test("the outcome of a command is reported with the runtime's message", async () => {
  const exit = Promise.resolve({ code: 3, words: "error executing command [false], exit code 3" });
  const context = executing({ resize: () => {}, close: () => {}, exit });
  const socket = new LeavingSocket();
  const request = { kind: "exec", namespace: "n", pod: "p", uid: "u", container: "c", command: ["false"] } as const;
  const dial = async () => socket as unknown as WebSocket;
  await serveTunnel({ ...request, stdin: false, stdout: true, stderr: true, tty: false }, dial, context);
  expect(JSON.parse(socket.heard.at(-1)?.slice(1) ?? "")).toMatchObject({
    reason: "NonZeroExitCode",
    message: "error executing command [false], exit code 3",
    details: { causes: [{ reason: "ExitCode", message: "3" }] },
  });
});

test.each([
  ["exec", 'container not found ("stopped")'],
  ["attach", "container stopped not found in pod p_n"],
] as const)(
  "TUNNEL-REFUSED: %s in a container that does not run is refused in the kubelet's words",
  async (kind, message) => {
    const stopped = { kind, namespace: "n", pod: "p", uid: "u", container: "stopped", command: ["true"] };
    const dial = vi.fn(async () => Promise.reject(new Error("answered")));
    const request = { ...stopped, stdin: false, stdout: true, stderr: true, tty: false };
    await serveTunnel(request, dial, executing({})).catch(() => {});
    expect(dial).toHaveBeenCalledWith({ code: 404, reason: "NotFound", message });
  },
);

test("TUNNEL-HTTP: requests to a host network pod go to the machine's address, not to loopback", async () => {
  const dialled = vi.fn(async () => Promise.reject(new Error("refused")));
  const runtime = { observe: async () => ({ sandboxes: [{ id: "s", ready: true }] }), dial: dialled };
  const pod = { metadata: { uid: "u" }, spec: { hostNetwork: true }, status: { podIP: "192.0.2.1" } };
  const context = { runtime, findPod: () => pod, nodeApi: vi.fn(), followed: () => {} };
  const requested = {
    kind: "http",
    namespace: "n",
    pod: "p",
    uid: "u",
    method: "GET",
    path: "/",
    headers: [],
  } as const;
  const to = { ...requested, node: "n1", address: "127.0.0.1", port: 10_248 };
  await serveTunnel(to, async () => new LeavingSocket() as unknown as WebSocket, context as never);
  expect(dialled).toHaveBeenCalledWith("s", 10_248, "192.0.2.1");
});

test.each(["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "localhost", ""])(
  "TUNNEL-ADDRESS-REFUSED: without a pod, the address %j is not dialled",
  async (address) => {
    const socket = new LeavingSocket();
    const context = { runtime: {}, findPod: vi.fn(), nodeApi: vi.fn(), followed: () => {} };
    const requested = {
      kind: "http",
      namespace: "n",
      pod: "",
      uid: "",
      method: "GET",
      path: "/",
      headers: [],
    } as const;
    await serveTunnel(
      { ...requested, address, port: 80 },
      async () => socket as unknown as WebSocket,
      context as never,
    );
    expect(JSON.parse(socket.heard[0] ?? "")).toMatchObject({
      message: `address ${JSON.stringify(address)} is not allowed`,
    });
  },
);

/** A socket that keeps what it was sent. */
class TellingSocket extends LeavingSocket {
  readonly told: (string | number[])[] = [];
  override send(bytes: Buffer | string, options?: { readonly binary?: boolean }): void {
    this.told.push(options?.binary === false ? bytes.toString() : [...Buffer.from(bytes)]);
  }
}

test.each([
  ["v5.channel.k8s.io", Buffer.from([0, 105, 110]), [1, 104, 105], [3, 123]],
  ["channel.k8s.io", Buffer.from([0, 105, 110]), [1, 104, 105], [3, 99]],
  ["base64.channel.k8s.io", "0aW4=", "1aGk=", "3Y29"],
  ["v4.base64.channel.k8s.io", "0aW4=", "1aGk=", "3eyJ"],
])("TUNNEL-JOIN: the node speaks %s with the client of a command", async (protocol, input, output, end) => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let exit: (exit: object) => void = () => {};
  const streams = {
    stdin,
    stdout,
    resize: () => {},
    close: () => {},
    exit: new Promise((resolve) => {
      exit = resolve;
    }),
  };
  const context = executing(streams);
  const socket = new TellingSocket();
  const request = { kind: "exec", namespace: "n", pod: "p", uid: "u", container: "c", command: ["cat"] } as const;
  const answers: unknown[] = [];
  const dial = async (answer?: unknown) => {
    answers.push(answer);
    return socket as unknown as WebSocket;
  };
  const asked = { ...request, stdin: true, stdout: true, stderr: false, tty: false, protocol };
  const served = serveTunnel(asked, dial, context);
  await expect.poll(() => answers).toEqual([{ code: 200, protocol }]);
  socket.emit("message", Buffer.from(input), typeof input !== "string");
  await expect.poll(() => stdin.read()?.toString()).toBe("in");
  stdout.end("hi");
  exit({ code: 2 });
  await served;
  expect(socket.told.map((message) => (typeof message === "string" ? message : [...message]))[0]).toEqual(output);
  expect(socket.told[1]?.slice(0, end.length)).toEqual(end);
});

test.each([
  ["binary.k8s.io", [117, 110]],
  ["base64.binary.k8s.io", "dW5h"],
])("TUNNEL-JOIN: a log over a WebSocket comes as %s from the node", async (protocol, beginning) => {
  const runtime = { observe: async () => ({ containers: [] }) } as unknown as Runtime;
  const pod = {
    metadata: { uid: "u" },
    spec: { containers: [{ name: "c" }] },
    status: { containerStatuses: [{ name: "c", containerID: "x://1", state: { running: {} } }] },
  };
  const context = { runtime, findPod: () => pod, nodeApi: vi.fn(), followed: () => {} };
  const socket = new TellingSocket();
  const options = { follow: true, previous: false, timestamps: false };
  const request = { kind: "logs", namespace: "n", pod: "p", uid: "u", container: "c", options, protocol } as const;
  const answers: unknown[] = [];
  const dial = async (answer?: unknown) => {
    answers.push(answer);
    return socket as unknown as WebSocket;
  };
  await serveTunnel(request, dial, context as never);
  expect(answers).toEqual([{ code: 200, protocol }]);
  expect(socket.told[0]?.slice(0, beginning.length)).toEqual(beginning);
});

test("TUNNEL-END: a pod that was being connected to when the client left gets no request", async () => {
  const socket = new LeavingSocket();
  const connection = new PassThrough();
  const dialled = async () => {
    socket.emit("close");
    return connection;
  };
  const runtime = { observe: async () => ({ sandboxes: [{ id: "s", ready: true }] }), dial: dialled };
  const findPod = () => ({ metadata: { uid: "u" }, status: { podIP: "192.0.2.1" } });
  const context = { runtime, findPod, nodeApi: vi.fn(), followed: () => {} };
  const pod = { namespace: "n", pod: "p", uid: "u", node: "n1", address: "192.0.2.1", port: 80 };
  const request = { kind: "http", ...pod, method: "GET", path: "/", headers: [] } as const;
  await serveTunnel(request, async () => socket as unknown as WebSocket, context as never);
  expect([connection.destroyed, connection.read()]).toEqual([true, null]);
});

test("TUNNEL-REFUSED: a refused stream whose connection breaks ends alone", async () => {
  const socket = new ClosingSocket();
  const context = executing({});
  const request = { kind: "exec", namespace: "n", pod: "p", uid: "u", container: "none", command: ["cat"] } as const;
  const told: unknown[] = [];
  const dial = async (response: unknown) => {
    told.push(response);
    return socket as unknown as WebSocket;
  };
  await serveTunnel({ ...request, stdin: false, stdout: true, stderr: true, tty: false }, dial, context);
  expect(told).toEqual([expect.objectContaining({ code: 404 })]);
  expect(() => socket.emit("error", new Error("read ECONNRESET"))).not.toThrow();
});
