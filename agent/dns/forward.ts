/** Forwards a client's query to the machine's own resolvers, one after another. */
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";

const PORT = 53;
const PATIENCE_MS = 2000;

export interface Upstream {
  readonly servers: readonly string[];
  readonly transport: "udp" | "tcp";
  readonly port?: number;
}

/** The first answer; fails if there is none. */
export async function forward(query: Buffer, { servers, transport, port = PORT }: Upstream): Promise<Buffer> {
  let failure: unknown = new Error("this machine has no resolver");
  for (const server of servers) {
    try {
      return await (transport === "udp" ? queryUdp : queryTcp)(query, server, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function queryUdp(query: Buffer, server: string, port: number): Promise<Buffer> {
  const socket = createSocket(isIPv6(server) ? "udp6" : "udp4");
  return new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${server} does not answer`)), PATIENCE_MS);
    socket.on("error", reject);
    socket.on("close", () => clearTimeout(timer));
    socket.on("message", (answer) => {
      if (answer.length > 2 && answer.readUInt16BE(0) === query.readUInt16BE(0)) resolve(answer);
    });
    // On a connected socket, the kernel drops answers of others and reports when nobody listens. Errors go to the
    // callback, which Node's types do not mention.
    const connected = (error?: Error) => (error === undefined ? socket.send(query) : reject(error));
    socket.connect(port, server, connected);
  }).finally(() => socket.close());
}

function queryTcp(query: Buffer, server: string, port: number): Promise<Buffer> {
  const socket = connect({ host: server, port, noDelay: true });
  return new Promise<Buffer>((resolve, reject) => {
    let read = Buffer.alloc(0);
    socket.setTimeout(PATIENCE_MS, () => reject(new Error(`${server} does not answer`)));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`${server} has hung up`)));
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk]);
      if (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0))
        resolve(read.subarray(2, 2 + read.readUInt16BE(0)));
    });
    socket.write(lengthPrefixed(query));
  }).finally(() => socket.destroy());
}

export function lengthPrefixed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
