/** What becomes of a command if its output cannot be written. */
import { systemReason } from "./system-reason.ts";

let failed = false;

/**
 * A reader that has gone is no reason to stop: what was begun is completed. Output that could not be written, such as
 * on a full disk, makes the command fail in the end.
 */
export function failIfOutputIsLost(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      failed = true;
      if (error.code === "EPIPE" || process.exitCode === 1) return;
      process.exitCode = 1;
      console.error(`sailplane: cannot write the output: ${systemReason(error)}`);
    });
  }
}

/** Whether there is no point in going on to print. */
export const outputHasFailed = (): boolean => failed;
