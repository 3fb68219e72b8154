/** The streams of a command that runs as a child process. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { PassThrough, type Readable } from "node:stream";
import type { ExecRequest, ProcessStream } from "./process-stream.ts";
import { RuntimeError } from "./runtime-error.ts";

/** Of a child that was spawned in this turn of the event loop; `close` ends it. Fails if it cannot be started. */
export async function childStreams(
  child: ChildProcess,
  { stdout, stderr }: ExecRequest,
  close: () => void,
): Promise<ProcessStream> {
  const exit = new Promise<{ readonly code: number }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code: exitCodeOf(code, signal) }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(failedToExec(error)));
  });
  child.stdin?.on("error", () => {});
  if (!stdout) child.stdout?.resume();
  if (!stderr) child.stderr?.resume();
  return {
    ...(child.stdin === null ? {} : { stdin: child.stdin }),
    ...(stdout && child.stdout !== null ? { stdout: bufferedOutput(child.stdout) } : {}),
    ...(stderr && child.stderr !== null ? { stderr: bufferedOutput(child.stderr) } : {}),
    resize: () => {},
    close,
    exit,
  };
}

/** Node discards the unread output of a process that has ended; this keeps it until it is read. */
const bufferedOutput = (output: Readable): Readable => output.pipe(new PassThrough());

export const failedToExec = ({ message }: Error) => new RuntimeError(`failed to exec in container: ${message}`);

/** As a shell shows it. */
export const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
