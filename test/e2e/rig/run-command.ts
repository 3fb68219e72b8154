import { spawn } from "node:child_process";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** After which it is killed. */
  readonly seconds: number;
}

/** Resolves when the command has ended, whatever its exit code. */
export function runCommand([program = "", ...words]: readonly string[], options: CommandOptions): Promise<Outcome> {
  const { env, input = "", seconds } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { timeout: seconds * 1000, ...(env && { env }) });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    // A command may end without having read its input.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
