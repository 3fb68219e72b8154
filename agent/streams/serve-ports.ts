/** Single connections to ports of pods and endpoints, and port-forward. */

import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Pod } from "../../api/generated/core.v1.ts";
import { isIP, plainIP, specialIPProblem } from "../../api/machinery/network/ip.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import type { PodHttpRequest, StreamRequest } from "../../api/node/node-sync.ts";
import { dialError } from "../probes/go-errors.ts";
import { SpdySession } from "../spdy/spdy.ts";
import { type Consumed, writeTo } from "../spdy/write-to.ts";
import { joinPorts } from "./port-channels.ts";
import { forwardPorts } from "./port-forward.ts";
import { Refusal } from "./refusal.ts";
import type { Open, ServeContext } from "./serve-context.ts";
import type { Tunnel } from "./tunnel.ts";

type PortsRequest = Extract<StreamRequest, { kind: "port-forward" }>;

const readySandbox = async (uid: string, { runtime }: ServeContext) =>
  (await runtime.observe(uid)).sandboxes.find(({ ready }) => ready);

const CONNECT_MS = 10_000;

/**
 * The address of an endpoint that is not a pod, without leading zeros, which the system would read as octal. Undefined,
 * like in the API, where the node's own services and its cloud's credentials may be.
 */
export const dialableAddress = (text: string): string | undefined =>
  isIP(text) && specialIPProblem(text) === undefined ? plainIP(text) : undefined;

export async function addressPort({ address: text = "", port }: PodHttpRequest): Promise<Duplex> {
  const address = dialableAddress(text);
  if (address === undefined) throw new Refusal(400, "BadRequest", `address ${JSON.stringify(text)} is not allowed`);
  const socket = connect({ host: address, port, noDelay: true, timeout: CONNECT_MS });
  const target = joinHostPort(address, port);
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket.setTimeout(0)));
    socket.once("timeout", () => socket.destroy(new Error(`dial tcp ${target}: i/o timeout`)));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === undefined ? error : new Error(dialError(error, target))),
    );
  });
}

export async function podPort(pod: Pod, { uid, port }: PodHttpRequest, context: ServeContext): Promise<Duplex> {
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined) throw new Error("the pod is not running");
  return context.runtime.dial(sandbox.id, port, pod.status?.podIP);
}

export async function servePorts(open: Open, { uid, pod, ports }: PortsRequest, context: ServeContext): Promise<void> {
  const { runtime } = context;
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined)
    throw new Refusal(500, "InternalError", "unable to forward port because pod is not running");
  // Some runtimes speak with the client themselves.
  const connection = await runtime.forwardPorts?.(sandbox.id);
  const tunnel = await open({ code: 200 }).catch((error) => {
    connection?.destroy();
    throw error;
  });
  const podEnd: SessionEnd =
    connection === undefined
      ? ({ write }) =>
          forwardPorts({ connect: (port) => runtime.dial(sandbox.id, port), write, pod, signal: tunnel.signal })
      : (client) => joinConnection(connection, client, tunnel.signal);
  if (ports !== undefined) return serveChannels(tunnel, ports, podEnd);
  tunnel.onMessage = podEnd({ write: (bytes) => tunnel.sendMessage(bytes), end: () => tunnel.close() });
}

interface Peer {
  readonly write: (bytes: Buffer) => Promise<void>;
  /** No more will be written. */
  readonly end: () => void;
}

/** One end of a SPDY session: is told how to write to the other end, and takes what that writes. */
type SessionEnd = (peer: Peer) => (bytes: Buffer) => Consumed;

/** A client of channels is spoken for by a session of the node's. */
async function serveChannels(tunnel: Tunnel, ports: readonly number[], podEnd: SessionEnd): Promise<void> {
  const receive = podEnd({ write: (bytes) => session.receive(bytes), end: () => session.end() });
  const session: SpdySession = new SpdySession({ write: async (bytes) => void (await receive(bytes)) });
  tunnel.signal.addEventListener("abort", () => session.end());
  const joined = joinPorts({ ports, session, send: (channel, bytes) => tunnel.send(channel, bytes) });
  tunnel.onFrame = joined.receive;
  await joined.ended;
  tunnel.close();
}

/** The end of a session at the other side of a connection, which ends with the client (`signal`). */
function joinConnection(connection: Duplex, { write, end }: Peer, signal: AbortSignal): (bytes: Buffer) => Consumed {
  signal.addEventListener("abort", () => connection.destroy());
  if (signal.aborted) connection.destroy();
  void (async () => {
    try {
      for await (const chunk of connection) await write(chunk as Buffer);
    } catch {
      // Cut off: the client sees its connection end.
    }
    end();
  })();
  return (bytes) => writeTo(connection, bytes);
}
