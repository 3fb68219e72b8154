/**
 * nftables transactions, one after another, by a single long-running `nft`. A process for each would take three times
 * as long: not because of its work, but for starting, and for ending, when the kernel first frees what was replaced.
 */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Socket } from "node:net";
import { InTurn } from "../../api/in-turn.ts";
import { programEnvironment, run } from "../network/command.ts";

/** `nft` reads its input byte by byte, and keeps it: longer transactions get a process of their own. */
const LONGEST = 64 * 1024;
const MOST_TOLD = 1024 * 1024;
const IDLE_MS = 20_000;
const READY_MS = 5000;
const PATIENCE_MS = 30_000;
/** Not an nft command: the error about it shows how far nft has got. Errors, unlike output, are never buffered. */
const MARK = "sailplane";

/** `unavailable`: nothing of it was applied. */
type Outcome = "done" | "unavailable" | { readonly complaint: string };

export class NftSession {
  readonly #turns = new InTurn();
  #process: NftProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** This machine's nft does not support interactive use. */
  #isMute = false;

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
    if (!this.#isMute && transaction.length <= LONGEST) {
      const outcome = await this.#tell(transaction);
      if (outcome === "done") return;
      if (outcome !== "unavailable") throw new Error(`nft: ${outcome.complaint}`);
      this.#isMute = true;
    }
    await run("nft", ["-f", "-"], transaction);
  }

  async #tell(transaction: string): Promise<Outcome> {
    clearTimeout(this.#idle);
    // Whatever ended it since the last transaction, it has not seen this one.
    const nft = this.#process === undefined || this.#process.isOver ? new NftProcess() : this.#process;
    this.#process = nft;
    const outcome = await nft.tell(transaction);
    if (nft.isOver || nft.told > MOST_TOLD) this.close();
    else this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    return outcome;
  }
}

class NftProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #heard = "";
  #marks = 0;
  #isReady = false;
  #isOver = false;
  #told = 0;
  #onNews: () => void = () => {};

  constructor() {
    // On exit it would write its input to the user's command history.
    this.#child = spawn("nft", ["-i"], { env: { ...programEnvironment(), HOME: "/nonexistent", LC_ALL: "C" } });
    const { stdin, stdout, stderr } = this.#child;
    stdin.on("error", () => {});
    stdout.resume();
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#heard += text;
      this.#onNews();
    });
    const over = () => {
      this.#isOver = true;
      this.#onNews();
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
  get told(): number {
    return this.#told;
  }

  end(): void {
    this.#child.stdin.end();
  }

  async tell(transaction: string): Promise<Outcome> {
    this.#isReady ||= (await this.#say("", READY_MS)) !== undefined;
    if (!this.#isReady) return "unavailable";
    // One line is one transaction.
    const complaint = await this.#say(`${transaction.replaceAll("\n", ";")}\n`, PATIENCE_MS);
    if (complaint === undefined) return { complaint: withoutCarets(this.#heard).trim() || "it has ended" };
    return complaint === "" ? "done" : { complaint };
  }

  /** nft's errors; undefined if it exits instead. */
  #say(line: string, patience: number): Promise<string | undefined> {
    const mark = `${MARK}-${++this.#marks}`;
    this.#heard = "";
    this.#told += line.length;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience);
      this.#onNews = () => {
        const end = this.#heard.indexOf(`\n${mark}\n`);
        if (end === -1 && !this.#isOver) return;
        clearTimeout(timer);
        this.#onNews = () => {};
        resolve(end === -1 ? undefined : complaintOf(this.#heard.slice(0, end)));
      };
      if (this.#isOver) this.#onNews();
      else this.#child.stdin.write(`${line}${mark}\n`);
    });
  }
}

/** The markers below the previous line arrive late. */
const withoutCarets = (heard: string): string => heard.replace(/^[\s^]+/, "");

/** Without the line about the mark itself; of the transaction's line, only the relevant part. */
function complaintOf(heard: string): string {
  const lines = withoutCarets(heard).split("\n").slice(0, -1);
  return lines.flatMap((line, i) => (line.startsWith("Error: ") ? [`${line}: ${meant(lines, i)}`] : [])).join("; ");
}

function meant(lines: readonly string[], at: number): string {
  const [told = "", carets = ""] = lines.slice(at + 1);
  const column = carets.indexOf("^");
  const end = told.indexOf(";", column);
  return told.slice(told.lastIndexOf(";", column - 1) + 1, end === -1 ? undefined : end).trim();
}
