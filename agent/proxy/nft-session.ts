/**
 * nftables transactions, one after another, by a single long-running `nft`. A process for each would take three times
 * as long: not because of its work, but for starting, and for ending, when the kernel first frees what was replaced.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Socket } from "node:net";
import { InTurn } from "../../api/in-turn.ts";
import { programEnvironment, run } from "../command.ts";

/** `nft` reads its input byte by byte, and keeps it: longer transactions get a process of their own. */
const MAX_TRANSACTION = 64 * 1024;
const MAX_INPUT = 1024 * 1024;
const IDLE_MS = 20_000;
const READY_MS = 5000;
const TIMEOUT_MS = 30_000;
/** Not an nft command: the error about it shows how far nft has got. Errors, unlike output, are never buffered. */
const MARK = "sailplane";

/** `unavailable`: nothing of it was applied. */
type Outcome = "done" | "unavailable" | { readonly error: string };

export class NftSession {
  readonly #turns = new InTurn();
  #process: NftProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** This machine's nft does not support interactive use. */
  #isUnsupported = false;

  /** Fails if the kernel refuses: then nothing of the transaction was applied. */
  apply(transaction: string): Promise<void> {
    return this.#turns.run(() => this.#apply(transaction));
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#process?.end();
    this.#process = undefined;
  }

  async #apply(transaction: string): Promise<void> {
    if (!this.#isUnsupported && transaction.length <= MAX_TRANSACTION) {
      const outcome = await this.#run(transaction);
      if (outcome === "done") return;
      if (outcome !== "unavailable") throw new Error(`nft: ${outcome.error}`);
      this.#isUnsupported = true;
    }
    await run("nft", ["-f", "-"], transaction);
  }

  async #run(transaction: string): Promise<Outcome> {
    clearTimeout(this.#idle);
    // Whatever ended it since the last transaction, it has not seen this one.
    const nft = this.#process === undefined || this.#process.isOver ? new NftProcess() : this.#process;
    this.#process = nft;
    const outcome = await nft.run(transaction);
    if (nft.isOver || nft.written > MAX_INPUT) this.close();
    else this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    return outcome;
  }
}

class NftProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #stderr = "";
  #marks = 0;
  #isReady = false;
  #isOver = false;
  #written = 0;
  #onOutput: () => void = () => {};

  constructor() {
    // On exit it would write its input to the user's command history.
    this.#child = spawn("nft", ["-i"], { env: { ...programEnvironment(), HOME: "/nonexistent", LC_ALL: "C" } });
    const { stdin, stdout, stderr } = this.#child;
    stdin.on("error", () => {});
    stdout.resume();
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#onOutput();
    });
    const over = () => {
      this.#isOver = true;
      this.#onOutput();
    };
    this.#child.on("error", over).on("close", over);
    // It ends with its input, and so with the agent, which does not wait for it.
    this.#child.unref();
    for (const pipe of [stdin, stdout, stderr]) if (pipe instanceof Socket) pipe.unref();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Characters. */
  get written(): number {
    return this.#written;
  }

  end(): void {
    this.#child.stdin.end();
  }

  async run(transaction: string): Promise<Outcome> {
    this.#isReady ||= (await this.#write("", READY_MS)) !== undefined;
    if (!this.#isReady) return "unavailable";
    // One line is one transaction.
    const error = await this.#write(`${transaction.replaceAll("\n", ";")}\n`, TIMEOUT_MS);
    if (error === undefined) return { error: withoutCarets(this.#stderr).trim() || "it has ended" };
    return error === "" ? "done" : { error };
  }

  /** nft's errors; undefined if it exits instead. */
  #write(line: string, timeoutMs: number): Promise<string | undefined> {
    const mark = `${MARK}-${++this.#marks}`;
    this.#stderr = "";
    this.#written += line.length;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), timeoutMs);
      this.#onOutput = () => {
        const end = this.#stderr.indexOf(`\n${mark}\n`);
        if (end === -1 && !this.#isOver) return;
        clearTimeout(timer);
        this.#onOutput = () => {};
        resolve(end === -1 ? undefined : errorOf(this.#stderr.slice(0, end)));
      };
      if (this.#isOver) this.#onOutput();
      else this.#child.stdin.write(`${line}${mark}\n`);
    });
  }
}

/** The markers below the previous line arrive late. */
const withoutCarets = (stderr: string): string => stderr.replace(/^[\s^]+/, "");

/** Without the line about the mark itself; of the transaction's line, only the relevant part. */
function errorOf(stderr: string): string {
  const lines = withoutCarets(stderr).split("\n").slice(0, -1);
  return lines
    .flatMap((line, i) => (line.startsWith("Error: ") ? [`${line}: ${relevantPart(lines, i)}`] : []))
    .join("; ");
}

function relevantPart(lines: readonly string[], at: number): string {
  const [message = "", carets = ""] = lines.slice(at + 1);
  const column = carets.indexOf("^");
  const end = message.indexOf(";", column);
  return message.slice(message.lastIndexOf(";", column - 1) + 1, end === -1 ? undefined : end).trim();
}
