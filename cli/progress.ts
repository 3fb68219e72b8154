import type { WriteStream } from "node:tty";

/** The colour of each: yellow, green, yellow. */
const colourOf = { "…": 33, "✓": 32, "!": 33 };
type Mark = keyof typeof colourOf;

/**
 * Prints steps as they begin and end. Colours and rewriting require a terminal; NO_COLOR is respected (no-color.org).
 */
export class Progress {
  readonly #out: WriteStream;
  readonly #terminal: boolean;
  readonly #colours: boolean;
  #started = 0;

  constructor(out: WriteStream, environment: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#terminal = out.isTTY === true && environment.TERM !== "dumb";
    this.#colours = this.#terminal && !environment.NO_COLOR;
  }

  /** `waited`: for how many milliseconds it has been under way. */
  begin(subject: string, doing: string, waited = 0): void {
    this.#started = performance.now() - waited;
    if (this.#terminal) this.#out.write(this.#line("…", subject, doing));
  }

  /** The progress of a step; only shown where lines can be rewritten. */
  update(subject: string, doing: string): void {
    if (this.#terminal) this.#out.write(`\r\x1b[K${this.#line("…", subject, doing)}`);
  }

  end(subject: string, outcome: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(2);
    this.#out.write(`${this.#terminal ? "\r\x1b[K" : ""}${this.#line("✓", subject, outcome)} (${seconds} s)\n`);
  }

  warn(subject: string, message: string): void {
    this.#out.write(`${this.#terminal ? "\r\x1b[K" : ""}${this.#line("!", subject, message)}\n`);
  }

  print(text = ""): void {
    this.#out.write(`${text}\n`);
  }

  bold(text: string): string {
    return this.#colours ? `\x1b[1m${text}\x1b[22m` : text;
  }

  /** The beginning of a step's line. */
  head(mark: Mark, subject: string): string {
    return `  ${this.#colours ? `\x1b[${colourOf[mark]}m${mark}\x1b[39m` : mark} ${subject.padEnd(14)} `;
  }

  #line(mark: Mark, subject: string, text: string): string {
    return this.head(mark, subject) + text;
  }
}
