/** Single connections to ports of pods and endpoints, and port-forward. */

import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Pod } from "../../api/generated/core.v1.ts";
import { isIP, plainIP, specialIPProblem } from "../../api/machinery/network/ip.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import type { PodHttpRequest, StreamRequest } from "../../api/node/node-sync.ts";
import { dialError } from "../probes/go-errors.ts";
import { SpdySession } from "../spdy/spdy.ts";
import { writeTo } from "../spdy/write-to.ts";
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
  const ended = await runtime.forwardPorts?.(sandbox.id);
  const tunnel = await open({ code: 200 }).catch((error) => {
    ended?.destroy();
    throw error;
  });
  const own = (write: (bytes: Buffer) => Promise<void>) =>
    forwardPorts({ connect: (port) => runtime.dial(sandbox.id, port), write, pod, signal: tunnel.signal });
  if (ports !== undefined) return serveChannels(tunnel, ports, ended ?? own);
  if (ended !== undefined) return passOn(tunnel, ended);
  tunnel.onMessage = own((bytes) => tunnel.sendMessage(bytes));
}

/** One end of a session: takes its bytes, and writes back those of the other end. */
type SessionEnd = (write: (bytes: Buffer) => Promise<void>) => (bytes: Buffer) => Promise<void>;

async function serveChannels(tunnel: Tunnel, ports: readonly number[], end: Duplex | SessionEnd): Promise<void> {
  const write =
    typeof end === "function" ? end((bytes) => session.receive(bytes)) : async (bytes: Buffer) => writeTo(end, bytes);
  const session: SpdySession = new SpdySession({ write: async (bytes) => void (await write(bytes)) });
  tunnel.signal.addEventListener("abort", () => session.end());
  if (typeof end !== "function") void receiveAll(tunnel, end, session);
  const joined = joinPorts({ ports, session, send: (channel, bytes) => tunnel.send(channel, bytes) });
  tunnel.onFrame = joined.receive;
  await joined.ended;
  if (typeof end !== "function") end.destroy();
  tunnel.close();
}

async function receiveAll(tunnel: Tunnel, connection: Duplex, session: SpdySession): Promise<void> {
  tunnel.signal.addEventListener("abort", () => connection.destroy());
  if (tunnel.signal.aborted) connection.destroy();
  try {
    for await (const chunk of connection) await session.receive(chunk as Buffer);
  } catch {
    // Cut off: its streams end.
  }
  session.end();
}

/** Joins the tunnel to a connection that speaks the client's protocol. */
async function passOn(tunnel: Tunnel, connection: Duplex): Promise<void> {
  tunnel.signal.addEventListener("abort", () => connection.destroy());
  if (tunnel.signal.aborted) connection.destroy();
  tunnel.onMessage = (bytes) => writeTo(connection, bytes);
  try {
    for await (const chunk of connection) await tunnel.sendMessage(chunk as Buffer);
  } catch {
    // Cut off: the client sees its connection end.
  }
  tunnel.close();
}
