/** A WebSocket to a port of a pod: messages pass through the tunnel, preserving their type. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import WebSocket from "ws";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import type { NodeResponse, PodHttpRequest } from "../../api/node/node-sync.ts";
import { headersOf, secured } from "./http.ts";
import type { Tunnel } from "./tunnel.ts";

const PATIENCE_MS = 15_000;
const PROTOCOLS = "sec-websocket-protocol";

export async function serveMessages(
  open: (response: NodeResponse) => Promise<Tunnel>,
  { path, headers, tls }: PodHttpRequest,
  connect: () => Promise<Duplex>,
): Promise<void> {
  const connection = tls === undefined ? await connect() : await secured(await connect(), tls);
  const requested = headers.find(([name]) => name.toLowerCase() === PROTOCOLS)?.[1] ?? "";
  // The handshake's own headers are generated anew for this connection.
  const passed = endToEnd(headers).filter(([name]) => !name.toLowerCase().startsWith("sec-websocket-"));
  const socket = new WebSocket(`ws://pod${path}`, requested === "" ? [] : requested.split(/\s*,\s*/), {
    headers: valuesByName(passed),
    createConnection: () => connection as never,
    handshakeTimeout: PATIENCE_MS,
    perMessageDeflate: false,
  });
  const refusal = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
    socket.once("open", () => resolve(undefined));
    socket.once("unexpected-response", (_, response) => resolve(response));
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  if (refusal !== undefined) {
    refusal.destroy();
    await open({ code: 200, http: { status: refusal.statusCode ?? 502, headers: endToEnd(headersOf(refusal)) } });
    return;
  }
  // Reads nothing before there is a tunnel.
  socket.pause();
  const chosen = socket.protocol === "" ? [] : [[PROTOCOLS, socket.protocol] as const];
  const tunnel = await open({ code: 200, http: { status: 101, headers: chosen } }).catch((error) => {
    socket.terminate();
    throw error;
  });
  tunnel.signal.addEventListener("abort", () => socket.terminate());
  tunnel.onMessage = (bytes, isBinary) =>
    new Promise<void>((resolve) => socket.send(bytes, { binary: isBinary }, () => resolve()));
  socket.on("message", (data: Buffer, isBinary) => {
    socket.pause();
    void tunnel.sendMessage(data, isBinary).then(() => socket.resume());
  });
  socket.on("close", (code) => tunnel.close(isSendable(code) ? code : 1000));
  socket.resume();
}

/** A header may be given several times, as the groups of a user are. */
function valuesByName(headers: Iterable<readonly [name: string, value: string]>): Record<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries(byName);
}

/** Some codes may only be used internally. */
const isSendable = (code: number): boolean => code >= 1000 && ![1004, 1005, 1006, 1015].includes(code);
