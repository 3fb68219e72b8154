/**
 * A watch over a WebSocket (apiserver/pkg/util/wsstream): one message per event. Logs and commands, whose messages come
 * from the node, have protocols of their own (api/terminal-protocol.ts).
 */
import { LineSplitter } from "../../../api/line-splitter.ts";
import { FrameSplitter } from "../../../api/machinery/protobuf/frame-splitter.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { withoutToken } from "../../auth/credentials/websocket-token.ts";
import { messagesTo } from "../../fairness/unread-messages.ts";

/** The subprotocols that a client offers; [""] if it offers none. */
export const offeredProtocols = (request: Request): string[] =>
  (request.headers.get("Sec-WebSocket-Protocol") ?? "").split(",").map((name) => name.trim());

/** The first offered subprotocol that is known here; "" stands for none. */
export function chooseProtocol(request: Request, known: readonly string[]): string {
  const offered = offeredProtocols(request);
  const chosen = known.find((protocol) => offered.includes(protocol));
  if (chosen === undefined)
    throw new ApiError(badRequest(`unable to upgrade: none of the protocols [${offered.join(" ")}] is supported`));
  return chosen;
}

/**
 * Each event of a watch becomes a message, a binary one if they are protobuf; heartbeats are dropped. `client` is who
 * reads them. Clients that offer a subprotocol must be told one, or they close: it means nothing here.
 */
export function eventsOverWebSocket(
  request: Request,
  client: string,
  { body, protobuf }: { readonly body: ReadableStream<Uint8Array> | null; readonly protobuf: boolean },
): Response {
  if (!body) return new Response(null);
  const messages = protobuf ? body.pipeThrough(framesOf()) : body.pipeThrough(linesOf());
  const protocol = offeredProtocols(request).find((name) => withoutToken(name) !== "");
  return send(client, messages, protocol === undefined ? {} : { "Sec-WebSocket-Protocol": protocol });
}

function linesOf(): TransformStream<Uint8Array, string> {
  const splitter = new LineSplitter(new TextDecoder());
  return new TransformStream({
    transform(chunk, controller) {
      for (const line of splitter.push(chunk)) controller.enqueue(line.trimStart());
    },
  });
}

function framesOf(): TransformStream<Uint8Array, Uint8Array> {
  const splitter = new FrameSplitter();
  return new TransformStream({
    transform(chunk, controller) {
      for (const frame of splitter.push(chunk)) controller.enqueue(frame);
    },
  });
}

function send(to: string, messages: ReadableStream<string | Uint8Array>, headers: HeadersInit): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  const sent = messagesTo(to);
  server.accept();
  const reader = messages.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  const leave = () => {
    sent.leave();
    cancel();
  };
  server.addEventListener("close", leave);
  server.addEventListener("error", leave);
  void sent.ended.then(cancel);
  const pump = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !sent.count(value.length)) return server.close(1000);
      server.send(value);
    }
  };
  pump().catch(() => server.close(1011, "the stream broke"));
  return new Response(null, { status: 101, webSocket: client, headers });
}
