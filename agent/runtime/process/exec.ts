/** Commands executed alongside a container: with its environment and directory, in a process group of their own. */
import type { ChildProcess } from "node:child_process";
import { timerMs } from "../../longest-timer.ts";
import { childStreams, exitCodeOf, failedToExec } from "../child-streams.ts";
import type { ExecRequest, ProcessStream } from "../process-stream.ts";
import type { ExecResult } from "../runtime.ts";
import { ExecTimeout, RuntimeError } from "../runtime-error.ts";
import { type Surroundings, spawnProcess } from "./spawn-process.ts";

export function spawnBeside(surroundings: Surroundings, request: ExecRequest): ChildProcess {
  if (request.tty) throw new RuntimeError("the process runtime has no terminals: run without --tty");
  return spawnProcess(surroundings, request);
}

/** What containerd keeps of a command's output. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Passes over what exceeds the limit. */
function limitedOutput() {
  const chunks: Buffer[] = [];
  let left = MAX_OUTPUT_BYTES;
  return {
    push: (chunk: Buffer): void => {
      if (left > 0) chunks.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
    },
    bytes: (): Buffer => Buffer.concat(chunks),
  };
}

/** Waits for it to end; a timeout of 0 means no limit. */
export function outputOf(child: ChildProcess, command: readonly string[], timeoutSeconds: number) {
  const output = limitedOutput();
  const stderr = limitedOutput();
  child.stdout?.on("data", output.push);
  child.stderr?.on("data", (chunk: Buffer) => {
    output.push(chunk);
    stderr.push(chunk);
  });
  return new Promise<ExecResult>((resolve, reject) => {
    const timer =
      timeoutSeconds > 0
        ? setTimeout(
            () => {
              killGroupOf(child);
              reject(new ExecTimeout(`command ${command.join(" ")} timed out`));
            },
            timerMs(timeoutSeconds * 1000),
          )
        : undefined;
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(failedToExec(error));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ exitCode: exitCodeOf(code, signal), output: output.bytes(), stderr: stderr.bytes() });
    });
  });
}

export const streamsOf = (child: ChildProcess, request: ExecRequest): Promise<ProcessStream> =>
  childStreams(child, request, () => killGroupOf(child));

function killGroupOf({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended before.
  }
}
