/** Serves DNS over UDP and TCP on one address of the node. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { containConnections, containFaults, reportContained } from "../contained-faults.ts";
import { lengthPrefixed } from "./forward.ts";
import { type ResolverFacts, resolve } from "./resolver.ts";

const WHERE = "a DNS query";
const PORT = 53;
const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 1000;
/** Bytes of answers that may wait for a client which keeps asking and does not read. */
const MAX_UNREAD_BYTES = 256 * 1024;

export class DnsServer {
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #facts: ResolverFacts;
  readonly #sockets = new Set<Socket>();

  private constructor(address: string, facts: ResolverFacts) {
    this.#facts = facts;
    this.#udp = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", recvBufferSize: 1024 * 1024 });
    this.#tcp = createServer((socket) => this.#converse(socket));
    this.#tcp.maxConnections = MAX_CONNECTIONS;
    containConnections(this.#tcp, WHERE);
    // A query that cannot be answered is not.
    containFaults(this.#udp, WHERE, () => {});
    this.#udp.on("message", (message, { address: to, port }) => {
      // A pod can forge this, and no datagram can be sent to it.
      if (port === 0) return;
      resolve(message, facts, "udp")
        .then((answer) => {
          if (answer !== undefined) this.#udp.send(answer, port, to, () => {});
        })
        .catch((error) => reportContained(WHERE, error));
    });
  }

  static async open(address: string, facts: ResolverFacts, port = PORT): Promise<DnsServer> {
    const server = new DnsServer(address, facts);
    try {
      await new Promise<void>((done, reject) => {
        server.#udp.once("error", reject);
        server.#udp.bind({ address, port }, done);
      });
      await new Promise<void>((done, reject) => {
        server.#tcp.once("error", reject);
        server.#tcp.listen(port === 0 ? server.port : port, address, done);
      });
    } catch (error) {
      server.close();
      throw error;
    }
    // A client that left is no reason to stop.
    server.#udp.on("error", () => {});
    return server;
  }

  get port(): number {
    return this.#udp.address().port;
  }

  #converse(socket: Socket): void {
    let read = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk]);
      while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
        const end = 2 + read.readUInt16BE(0);
        const message = read.subarray(2, end);
        read = read.subarray(end);
        resolve(message, this.#facts, "tcp")
          .then((answer) => {
            if (answer === undefined || !socket.writable) return;
            socket.write(lengthPrefixed(answer));
            if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
          })
          .catch((error) => reportContained(WHERE, error));
      }
    });
  }

  close(): void {
    try {
      this.#udp.close();
    } catch {
      // It was never open.
    }
    this.#tcp.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
