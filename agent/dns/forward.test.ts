import { createSocket } from "node:dgram";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listenOnLoopback } from "../../test/fakes/loopback.ts";
import { forward, lengthPrefixed } from "./forward.ts";

const QUERY = Buffer.from([0xbe, 0xef, 1, 2, 3]);
const ANSWER = Buffer.from([0xbe, 0xef, 9]);
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Answers with each of these, in order. */
async function overUdp(answers: readonly Buffer[]) {
  const requested: Buffer[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    requested.push(query);
    for (const answer of answers) socket.send(answer, port, address);
  });
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  ends.push(() => socket.close());
  return { requested, port: socket.address().port };
}

async function overTcp(serve: (socket: Socket) => void) {
  const requested: Buffer[] = [];
  const { server, port } = await listenOnLoopback((socket) => {
    socket.on("error", () => {});
    socket.on("data", (query) => {
      requested.push(query);
      serve(socket);
    });
  });
  ends.push(() => server.close());
  return { requested, port };
}

describe("DNS-FORWARD: a forwarded query", () => {
  it("accepts over UDP only an answer with its own id", async () => {
    const { requested, port } = await overUdp([Buffer.from([0xbe]), Buffer.from([0, 0, 9]), ANSWER]);
    expect(await forward(QUERY, { servers: ["127.0.0.1"], transport: "udp", port })).toEqual(ANSWER);
    expect(requested).toEqual([QUERY]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["at once", (socket) => socket.write(Buffer.concat([lengthPrefixed(ANSWER), Buffer.from("more")]))],
    [
      "byte by byte",
      async (socket) => {
        for (const byte of lengthPrefixed(ANSWER)) {
          socket.write(Buffer.from([byte]));
          await new Promise((done) => setTimeout(done, 2));
        }
      },
    ],
  ])("reads an answer over TCP to the announced length, %s", async (_, serve) => {
    const { requested, port } = await overTcp(serve);
    expect(await forward(QUERY, { servers: ["127.0.0.1"], transport: "tcp", port })).toEqual(ANSWER);
    expect(Buffer.concat(requested)).toEqual(Buffer.from([0, 5, ...QUERY]));
  });

  it("tries the next server after a failure, and fails with the error of the last one", async () => {
    const { port } = await overTcp((socket) => socket.end());
    const hungUp = "127.0.0.1 has hung up";
    await expect(forward(QUERY, { servers: ["127.0.0.1"], transport: "tcp", port })).rejects.toThrow(hungUp);
    const { port: good } = await overUdp([ANSWER]);
    const ask = (...servers: string[]) => forward(QUERY, { servers, transport: "udp", port: good });
    expect(await ask("255.255.255.255", "127.0.0.1")).toEqual(ANSWER);
    await expect(ask("127.0.0.1", "255.255.255.255").then(String)).resolves.toBe(String(ANSWER));
    await expect(ask("255.255.255.255")).rejects.toThrow();
    await expect(ask()).rejects.toThrow("this machine has no resolver");
  });

  it.each(["udp", "tcp"] as const)("times out over %s after two seconds", async (transport) => {
    const { port } = transport === "udp" ? await overUdp([]) : await overTcp(() => {});
    const requested = forward(QUERY, { servers: ["127.0.0.1"], transport, port });
    await expect(requested).rejects.toThrow("127.0.0.1 does not answer");
  });
});
