/** One direction of a tunnel, as the body of an HTTP response. The node's window opens as the client reads. */
import { type NodeResponse, parseResponseText } from "../../api/node/node-sync.ts";
import { responseOfNode, UNREADABLE } from "../../worker/tunnels/node-response.ts";

const STDIN = 0;
const STDOUT = 1;
const CLOSE = 255;
/** Bytes of the body per frame. */
const FRAME_BYTES = 256 * 1024;
/**
 * What a node may have sent that its client has not taken. A node sends less than 1 MiB ahead, and then one message; one
 * that sends more would fill this isolate's memory.
 */
const MAX_AHEAD = { bytes: 2 * 1024 * 1024, messages: 100_000 };

/** `input` is the body of the client's request, if it has one. */
export async function serveOneWay(socket: WebSocket, input: Uint8Array | undefined): Promise<Response> {
  socket.binaryType = "arraybuffer";
  socket.accept();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  let written: Promise<unknown> = Promise.resolve();
  const ahead = { bytes: 0, messages: 0 };
  let left = false;
  const abandon = () => {
    left = true;
    socket.close(1001, "the client is gone");
  };
  const cutOff = () => {
    left = true;
    socket.close(1008, "more was sent than was asked for");
    void writer.abort(new Error("the node sends more than it may")).catch(() => {});
  };
  socket.addEventListener("message", ({ data }) => {
    if (left || typeof data === "string") return;
    const bytes = new Uint8Array(data as ArrayBuffer);
    if (bytes[0] !== STDOUT) return;
    if (ahead.bytes > MAX_AHEAD.bytes || ahead.messages > MAX_AHEAD.messages) return cutOff();
    ahead.bytes += bytes.length;
    ahead.messages++;
    written = written
      .then(() => writer.write(bytes.subarray(1)))
      .then(() => {
        ahead.bytes -= bytes.length;
        ahead.messages--;
        socket.send(JSON.stringify({ read: bytes.length }));
      })
      .catch(abandon);
  });
  socket.addEventListener("close", ({ code }) => {
    if (left) return;
    // A truncated body must not look complete.
    const end = code === 1000 ? () => writer.close() : () => writer.abort(new Error("the node is gone"));
    void written.then(end).catch(() => {});
  });
  writer.closed.catch(abandon);
  if (input !== undefined) sendInput(socket, input);
  return responseOfNode(await firstWord(socket), readable);
}

/** The node's first frame. */
function firstWord(socket: WebSocket): Promise<NodeResponse> {
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(parseResponseText(String(data)) ?? UNREADABLE), {
      once: true,
    });
    socket.addEventListener(
      "close",
      () => resolve({ code: 500, reason: "InternalError", message: "the node is gone" }),
      { once: true },
    );
  });
}

function sendInput(socket: WebSocket, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
    const part = bytes.subarray(at, at + FRAME_BYTES);
    const frame = new Uint8Array(part.length + 1);
    frame[0] = STDIN;
    frame.set(part, 1);
    socket.send(frame);
  }
  socket.send(new Uint8Array([CLOSE, STDIN]));
}
