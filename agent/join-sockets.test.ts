import { readFileSync } from "node:fs";
import { connect, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectToLoopback, listenOnLoopback } from "../test/fakes/loopback.ts";
import { JoinedSockets } from "./join-sockets.ts";

/** A client whose connection is joined to one with a server. */
interface Way {
  readonly client: Socket;
  readonly between: Socket;
  readonly onward: Socket;
  readonly server: Socket;
}

describe("joined connections", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  let way: Way;
  let joined: JoinedSockets;

  const keep = (socket: Socket): Socket => {
    sockets.push(socket);
    return socket.on("error", () => {});
  };
  /** Both ends of a new connection. */
  async function connection(): Promise<[Socket, Socket]> {
    const accepted = Promise.withResolvers<Socket>();
    const { server, port } = await listenOnLoopback((socket) => accepted.resolve(socket), { allowHalfOpen: true });
    servers.push(server);
    return [keep(await connectToLoopback(port)), keep(await accepted.promise)];
  }

  beforeEach(async () => {
    const [client, between] = await connection();
    const [onward, server] = await connection();
    joined = new JoinedSockets();
    joined.join(between, onward);
    way = { client, between, onward, server };
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  const textOf = async (socket: Socket): Promise<string> => {
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text;
  };

  it("carry bytes both ways, and stay half-open after one end", async () => {
    const { client, server } = way;
    client.end("question");
    expect(await textOf(server)).toBe("question");
    server.end("answer");
    expect(await textOf(client)).toBe("answer");
  });

  const bothEnd = (...both: Socket[]) =>
    expect.poll(() => both.map(({ destroyed }) => destroyed)).toEqual(both.map(() => true));

  it.each(["client", "server"] as const)("both close if the %s resets", async (broken) => {
    way[broken].resetAndDestroy();
    await bothEnd(way.between, way.onward);
  });

  it("both close if one is destroyed before all was read", async () => {
    way.between.destroy();
    await bothEnd(way.onward);
  });

  /** The kernel's timer of a connection; 2 is that of probes. */
  function timerOf({ localPort = 0, remotePort = 0 }: Socket): number | undefined {
    const port = (number: number) => `:${number.toString(16).toUpperCase().padStart(4, "0")}`;
    const lines = ["tcp", "tcp6"].flatMap((file) => readFileSync(`/proc/net/${file}`, "utf8").split("\n"));
    const words = lines.map((line) => line.trim().split(/\s+/));
    const found = words.find(([, local = "", remote = ""]) => {
      return local.endsWith(port(localPort)) && remote.endsWith(port(remotePort));
    });
    return found && Number(found[5]?.split(":")[0]);
  }

  it.runIf(process.platform === "linux")("probe whether their other ends are still there", () => {
    const { client, between, onward, server } = way;
    expect([client, between, onward, server].map(timerOf)).toEqual([0, 2, 2, 0]);
  });

  it("both close with the joiner", async () => {
    joined.close();
    await bothEnd(way.between, way.onward);
    expect(await textOf(way.client)).toBe("");
  });

  it("close if the other end refuses", async () => {
    const [, between] = await connection();
    joined.join(between, keep(connect({ port: 1, host: "127.0.0.1" })));
    await bothEnd(between);
  });
});
