import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { Writable } from "node:stream";
import { LineSplitter } from "../../api/line-splitter.ts";
import { CliError } from "../cli-error.ts";
import type { ControlPlaneFiles } from "./control-plane-files.ts";

export interface WorkerdOptions {
  /** Contains the configuration written by {@link compileConfig}. */
  readonly files: ControlPlaneFiles;
  /** Receives the output of workerd and the Worker. */
  readonly log: Writable;
}

/**
 * The path of the binary for this platform, which is what the package, in CommonJS, exports. A node's program comes
 * without it.
 */
export function workerdPath(): string {
  try {
    return (createRequire(import.meta.url)("workerd") as { readonly default: string }).default;
  } catch {
    throw new CliError(
      "a control plane needs Sailplane's npm package or a clone of its repository; this is only the node program",
    );
  }
}

/** Some megabytes are expected. */
const MAX_COMPILED_BYTES = 2 ** 28;

/**
 * Compiles a configuration, sources included, to its binary form. Throws with workerd's own error. The serving process
 * then needs no configuration compiler: it takes 5 MB less, and is ready as soon.
 */
export function compileConfig(textFile: string): Uint8Array {
  const { status, stdout, stderr, error } = spawnSync(workerdPath(), ["compile", "--config-only", textFile], {
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: MAX_COMPILED_BYTES,
  });
  if (error) throw new Error(`cannot start workerd: ${error.message}`);
  // After an empty line it lists its options.
  if (status !== 0)
    throw new Error(
      String(stderr)
        .replace(/^error: /, "")
        .split("\n\n")[0]
        ?.trim(),
    );
  return stdout;
}

/** How long open watches may delay the end of workerd, which does not close them itself. */
const graceMs = 300;

/** One run of workerd, in a process group of its own, so that Ctrl-C in the terminal only reaches us. */
export class WorkerdProcess {
  readonly pid: number;
  /** Resolves once it listens; rejects with workerd's last output if it ends before. */
  readonly listening: Promise<void>;
  /** Resolves with a line that says how it ended; never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  constructor({ files, log }: WorkerdOptions) {
    // A leftover from one that was killed.
    rmSync(files.readinessSocket, { force: true });
    const child = spawn(workerdPath(), ["serve", "--control-fd=3", "--binary", files.configuration], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    /** Enough for the stack of one error, after pages of warnings. */
    let lastWords = "";
    const forward = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lastWords = (lastWords + chunk.toString()).slice(-20_000);
        log.write(chunk);
        done();
      },
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(forward);
    this.ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`cannot start workerd: ${error.message}`));
      child.once("close", (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
        const lastError = lastWords
          .split("\n")
          .findLast((line) => /^\S/.test(line) && !/^stack:|: warning:/.test(line));
        resolve(`workerd ${how}${lastError ? `: ${lastError}` : ""}`);
      });
    });
    const control = child.stdio[3];
    if (!control || !("on" in control)) throw new Error("no control pipe");
    this.listening = new Promise<void>((resolve, reject) => {
      const splitter = new LineSplitter(new TextDecoder());
      control.on("data", (chunk: Buffer) => {
        if (splitter.push(chunk).some((line) => JSON.parse(line).socket === "https")) resolve();
      });
      void this.ended.then((how) => reject(new Error(how)));
    });
    this.pid = child.pid as number;
    this.#child = child;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** SIGTERM, then SIGKILL, to the whole group. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** At once, if this process cannot wait. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.hasEnded) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is gone.
    }
  }
}
