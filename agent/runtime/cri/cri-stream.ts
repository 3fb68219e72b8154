/** Exec and attach over the container runtime's streaming server, which speaks `v4.channel.k8s.io` on loopback. */
import { PassThrough, Writable } from "node:stream";
import WebSocket from "ws";
import type { ExecRequest, ProcessStream } from "../runtime.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;

/** The exit code in a Status, as the last frame brings it. */
export function exitCodeOf(text: string): number {
  try {
    const status = JSON.parse(text) as {
      status?: string;
      details?: { causes?: { reason?: string; message?: string }[] };
    };
    if (status.status === "Success") return 0;
    const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
    return Number(cause?.message ?? 1);
  } catch {
    return 1;
  }
}

export async function openCriStream(url: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), ["v4.channel.k8s.io"], { perMessageDeflate: false });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exit = new Promise<number>((resolve) => {
    let code = 0;
    socket.on("message", (data: Buffer) => {
      const bytes = data.subarray(1);
      if (data[0] === ERROR) {
        if (bytes.length > 0) code = exitCodeOf(bytes.toString());
        return;
      }
      if (bytes.length === 0) return;
      const target = data[0] === STDERR ? stderr : stdout;
      if (data[0] !== STDOUT && data[0] !== STDERR) return;
      if (!target.write(bytes)) {
        socket.pause();
        target.once("drain", () => socket.resume());
      }
    });
    socket.on("close", () => {
      stdout.end();
      stderr.end();
      resolve(code);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const send = (channel: number, bytes: Buffer, done: () => void) => {
    if (socket.readyState !== socket.OPEN) return done();
    socket.send(Buffer.concat([Buffer.of(channel), bytes]), () => done());
  };
  return {
    ...(request.stdin
      ? { stdin: new Writable({ write: (chunk: Buffer, _encoding, done) => send(STDIN, chunk, done) }) }
      : {}),
    ...(request.stdout ? { stdout } : {}),
    ...(request.stderr ? { stderr } : {}),
    resize: ({ width, height }) =>
      send(RESIZE, Buffer.from(JSON.stringify({ Width: width, Height: height })), () => {}),
    close: () => socket.terminate(),
    exit,
  };
}
