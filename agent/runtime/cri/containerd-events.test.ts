import { createServer } from "node:http2";
import { createServer as createNetServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { endedContainer, execStarted, startedExec } from "./containerd-events.ts";

const field = (number: number, bytes: Buffer): Buffer => {
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), bytes]);
};
const varint = (number: number, value: number): Buffer => Buffer.of(number << 3, value);
/** As containerd encodes it: a time, the namespace, the topic, and the event in an Any. */
const envelope = (container: string, id: string): Buffer => {
  const exit = [field(1, Buffer.from(container)), field(2, Buffer.from(id)), varint(3, 99), varint(4, 137)];
  const any = [field(1, Buffer.from("containerd.events.TaskExit")), field(2, Buffer.concat(exit))];
  return Buffer.concat([
    field(1, varint(1, 5)),
    field(2, Buffer.from("k8s.io")),
    field(3, Buffer.from("/tasks/exit")),
    field(4, Buffer.concat(any)),
  ]);
};

describe("containerd's events", () => {
  it("of ends name the container whose own process ended", () => {
    expect(endedContainer(envelope("abc", "abc"))).toBe("abc");
    const long = "c".repeat(200);
    expect(endedContainer(envelope(long, long))).toBe(long);
  });

  it("are ignored for other processes of a container, such as a probe", () => {
    expect(endedContainer(envelope("abc", "probe-1"))).toBeUndefined();
  });

  it("of commands that start name the command", () => {
    expect(startedExec(envelope("abc", "exec-1"))).toBe("exec-1");
  });

  it("that are malformed are ignored", () => {
    expect(endedContainer(Buffer.alloc(0))).toBeUndefined();
    expect(endedContainer(envelope("abc", "abc").subarray(0, 40))).toBeUndefined();
  });
});

it.each<[string, () => Server]>([
  ["sends no events", () => createServer()],
  ["does not answer", () => createNetServer()],
])("the start of a command is not waited for forever if containerd %s", async (_, create) => {
  const socket = join(temporaryDirectory(), "socket");
  const server = create();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const ended = new AbortController();
  const began = Date.now();
  await execStarted(socket, "exec-1", { maxMs: 200, signal: ended.signal });
  expect(Date.now() - began).toBeGreaterThanOrEqual(190);
  ended.abort();
  server.close();
});
