/** A WebSocket to a port of a pod: its messages pass through the tunnel, each with its kind. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import WebSocket from "ws";
import { MESSAGE_CHANNEL, type PodHttpRequest } from "../../api/node-sync.ts";
import { endToEnd, headersOf } from "./http.ts";
import type { Tunnel } from "./tunnel.ts";

const PATIENCE_MS = 15_000;
const PROTOCOLS = "sec-websocket-protocol";

export async function serveMessages(
  tunnel: Tunnel,
  { path, headers }: PodHttpRequest,
  connect: () => Promise<Duplex>,
): Promise<void> {
  const connection = await connect();
  const asked = headers.find(([name]) => name.toLowerCase() === PROTOCOLS)?.[1] ?? "";
  // The handshake's own headers are made anew for this connection.
  const passed = endToEnd(headers).filter(([name]) => !name.toLowerCase().startsWith("sec-websocket-"));
  const socket = new WebSocket(`ws://pod${path}`, asked === "" ? [] : asked.split(/\s*,\s*/), {
    headers: Object.fromEntries(passed),
    createConnection: () => connection as never,
    handshakeTimeout: PATIENCE_MS,
    perMessageDeflate: false,
  });
  tunnel.signal.addEventListener("abort", () => socket.terminate());
  const refusal = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
    socket.once("open", () => resolve(undefined));
    socket.once("unexpected-response", (_, answer) => resolve(answer));
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  if (refusal !== undefined) {
    tunnel.answer({ code: 200, http: { status: refusal.statusCode ?? 502, headers: endToEnd(headersOf(refusal)) } });
    refusal.destroy();
    return tunnel.close();
  }
  const chosen = socket.protocol === "" ? [] : [[PROTOCOLS, socket.protocol] as const];
  tunnel.onFrame = (channel, bytes) => socket.send(bytes, { binary: channel === MESSAGE_CHANNEL.binary });
  socket.on("message", (data: Buffer, isBinary) => {
    socket.pause();
    const channel = isBinary ? MESSAGE_CHANNEL.binary : MESSAGE_CHANNEL.text;
    void tunnel.send(channel, data).then(() => socket.resume());
  });
  socket.on("close", () => tunnel.close());
  tunnel.answer({ code: 200, http: { status: 101, headers: chosen } });
}
