/**
 * Both directions of a tunnel. The node's end becomes the client's, and the platform moves each message when the other
 * side has room for it: a slow reader slows the writer, in either direction, and nothing is buffered here. Only
 * protocols that kubectl no longer speaks are translated in between.
 */
import { failure, internalError, type Status } from "../../api/machinery/status.ts";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import { errorFrame, fromClient, isPassedOn, toClient } from "../../api/terminal-protocol.ts";
import { headersOf, statusResponse } from "./responses.ts";

/** Upgrades the client to this socket, with the subprotocol that was chosen for it. */
const upgraded = (webSocket: WebSocket, protocol: string): Response =>
  new Response(null, {
    status: 101,
    webSocket,
    headers: protocol === "" ? {} : { "Sec-WebSocket-Protocol": protocol },
  });

export interface JoinedClient {
  /** The subprotocol that was chosen, or "". */
  readonly protocol: string;
  /** Whether this is exec or attach. */
  readonly isTerminal: boolean;
}

/** Agents older than rule TUNNEL-ANSWER answered in their first frame. */
const SAYS_NOTHING: NodeResponse = {
  code: 500,
  message: "the node's agent is older than this control plane: bring it up to date",
};

export function joined(socket: WebSocket, answer: NodeResponse | undefined, client: JoinedClient): Response {
  const { protocol } = client;
  const { code, reason = "", message = "", http } = answer ?? SAYS_NOTHING;
  if (code === 200 && http?.status === 101)
    return new Response(null, { status: 101, webSocket: socket, headers: headersOf(http) });
  if (code === 200 && http === undefined)
    return upgraded(isPassedOn(protocol) ? socket : translated(socket, protocol), protocol);
  socket.accept();
  socket.close(1000);
  if (code === 200 && http) return new Response(null, { status: http.status, headers: headersOf(http) });
  return refused(failure(code, reason, message), client);
}

/**
 * Clients of exec and attach get the error over their socket, as from kube-apiserver: kubectl takes any other answer
 * for a server without WebSockets, and retries with SPDY.
 */
export function refused(status: Status, { protocol, isTerminal }: JoinedClient): Response {
  if (!isTerminal || protocol === "") return statusResponse(status);
  const { 0: outer, 1: client } = new WebSocketPair();
  client.accept();
  const told = toClient(protocol, errorFrame(internalError(`unable to upgrade connection: ${status.message}`)));
  if (told !== undefined) client.send(told);
  client.close(1000);
  return upgraded(outer, protocol);
}

/** The client's end of a socket whose frames are translated in between. */
function translated(socket: WebSocket, protocol: string): WebSocket {
  const { 0: outer, 1: client } = new WebSocketPair();
  join(socket, client, (data) => (typeof data === "string" ? undefined : toClient(protocol, new Uint8Array(data))));
  join(client, socket, (data) => fromClient(protocol, data));
  return outer;
}

/** Forwards what one side sends to the other, including its close. */
function join(
  from: WebSocket,
  to: WebSocket,
  translate: (data: ArrayBuffer | string) => Uint8Array | string | undefined,
): void {
  from.binaryType = "arraybuffer";
  from.addEventListener("message", ({ data }) => {
    const message = translate(data as ArrayBuffer | string);
    if (message === undefined) return;
    try {
      to.send(message);
    } catch {
      close(from);
    }
  });
  from.addEventListener("close", () => close(to));
  from.addEventListener("error", () => close(to));
  from.accept();
}

function close(socket: WebSocket): void {
  try {
    socket.close(1000);
  } catch {
    // Already closed.
  }
}
