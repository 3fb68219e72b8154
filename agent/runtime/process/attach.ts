/** The streams of a container, as framed by its supervisor. */
import type { Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import type { ExecRequest, Exit, ProcessStream } from "../process-stream.ts";
import { frame, frameReader } from "./attach-frames.ts";

export function attachedTo(socket: Socket, request: Omit<ExecRequest, "command">): ProcessStream {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const read = frameReader((stream, bytes) => {
    const target = stream === 1 ? stdout : stderr;
    if (stream === 1 ? !request.stdout : !request.stderr) return;
    if (!target.write(Buffer.from(bytes))) {
      socket.pause();
      target.once("drain", () => socket.resume());
    }
  });
  socket.on("data", read);
  // Input for a container that has ended cannot be written; the end of the connection follows.
  socket.on("error", () => {});
  const exit = new Promise<Exit>((resolve) => {
    socket.once("close", () => {
      stdout.end();
      stderr.end();
      resolve({ code: 0 });
    });
  });
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => void socket.write(frame(0, chunk), () => done()),
    final: (done) => void socket.write(frame(0, Buffer.alloc(0)), () => done()),
  });
  return {
    ...(request.stdin ? { stdin } : {}),
    ...(request.stdout ? { stdout } : {}),
    ...(request.stderr ? { stderr } : {}),
    resize: () => {},
    close: () => socket.destroy(),
    exit,
  };
}
