/**
 * Answers over a WebSocket (apiserver/pkg/util/wsstream): a log as bytes, a watch as one message per event. Commands
 * have a protocol of their own (api/terminal-protocol.ts).
 */
import { LineSplitter } from "../../../api/line-splitter.ts";
import { encodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";

export const requestsWebSocket = (request: Request): boolean =>
  request.headers.get("Upgrade")?.toLowerCase() === "websocket";

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

const BASE64 = "base64.binary.k8s.io";
const BYTES = ["binary.k8s.io", BASE64, ""];

/** Forwards a stream of bytes unchanged. */
export function bytesOverWebSocket(request: Request, response: Response): Response {
  if (!response.ok || !response.body) return response;
  const protocol = chooseProtocol(request, BYTES);
  const encode: (bytes: Uint8Array) => string | Uint8Array = protocol === BASE64 ? encodeBase64 : (bytes) => bytes;
  return send(protocol, response.body.pipeThrough(mapped(encode)));
}

/** Each line of a stream becomes a message; heartbeats are dropped. */
export function linesOverWebSocket(response: Response): Response {
  if (!response.ok || !response.body) return response;
  const splitter = new LineSplitter(new TextDecoder());
  const lines = new TransformStream<Uint8Array, string>({
    transform(chunk, controller) {
      for (const line of splitter.push(chunk)) controller.enqueue(line.trimStart());
    },
  });
  return send("", response.body.pipeThrough(lines));
}

const mapped = <A, B>(map: (value: A) => B) =>
  new TransformStream<A, B>({ transform: (value, controller) => controller.enqueue(map(value)) });

function send(protocol: string, messages: ReadableStream<string | Uint8Array>): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const reader = messages.getReader();
  server.addEventListener("close", () => void reader.cancel().catch(() => {}));
  server.addEventListener("error", () => void reader.cancel().catch(() => {}));
  const pump = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return server.close(1000);
      server.send(value);
    }
  };
  pump().catch(() => server.close(1011, "the stream broke"));
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: protocol === "" ? {} : { "Sec-WebSocket-Protocol": protocol },
  });
}
