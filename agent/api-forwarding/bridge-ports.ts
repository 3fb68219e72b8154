/** A port-forward: the client's SPDY passes through the WebSocket unparsed, and ends at the node. */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { writeTo } from "../spdy/write-to.ts";
import { Tunnel } from "../streams/tunnel.ts";

export async function bridgePorts(socket: Duplex, upstream: WebSocket): Promise<void> {
  const tunnel = new Tunnel(upstream);
  tunnel.onMessage = (bytes) => writeTo(socket, bytes);
  tunnel.signal.addEventListener("abort", () => socket.end());
  upstream.resume();
  try {
    for await (const chunk of socket) await tunnel.sendMessage(chunk as Buffer);
  } catch {
    // Cut off.
  }
  tunnel.close();
}
