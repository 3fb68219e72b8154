/**
 * Both directions of a tunnel. The node's end becomes the client's, and the platform moves each message when the other
 * side has room for it: a slow reader slows the writer, in either direction, and nothing is buffered here. Therefore
 * the node speaks the client's protocol.
 */
import { failure, type Status } from "../../api/machinery/status.ts";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import { errorFrame, isPassedOn, toClient } from "../../api/terminal-protocol.ts";
import { headersOf, statusResponse } from "../../worker/tunnels/node-response.ts";

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

/** An older agent answers in its first frame, or speaks only the newest protocols. */
const IS_OLDER: NodeResponse = {
  code: 500,
  message: "the node's agent is older than this control plane: bring it up to date",
};

export function joined(socket: WebSocket, response: NodeResponse | undefined, client: JoinedClient): Response {
  const { protocol } = client;
  const isOlder = response?.code === 200 && !response.http && !isPassedOn(protocol) && response.protocol !== protocol;
  const { code, reason = "", message = "", http } = response === undefined || isOlder ? IS_OLDER : response;
  if (code === 200 && http?.status === 101)
    return new Response(null, { status: 101, webSocket: socket, headers: headersOf(http) });
  if (code === 200 && http === undefined) return upgraded(socket, protocol);
  socket.accept();
  socket.close(1000);
  if (code === 200 && http) return new Response(null, { status: http.status, headers: headersOf(http) });
  return refused(failure(code, reason, message), client);
}

/**
 * Clients of exec and attach get the error over their socket: kubectl takes any other answer for a server without
 * WebSockets, retries with SPDY, and then words the kubelet's answer like this.
 */
export function refused(status: Status, { protocol, isTerminal }: JoinedClient): Response {
  if (!isTerminal || protocol === "") return statusResponse(status);
  const { 0: outer, 1: client } = new WebSocketPair();
  client.accept();
  const why = failure(500, "InternalError", `unable to upgrade connection: ${status.message}`);
  const frame = toClient(protocol, errorFrame(why));
  if (frame !== undefined) client.send(frame);
  client.close(1000);
  return upgraded(outer, protocol);
}
