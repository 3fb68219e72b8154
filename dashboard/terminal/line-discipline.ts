/** Line editing for a program without a terminal: a line is edited here, echoed, and sent when complete. */
export interface LineEnds {
  readonly echo: (text: string) => void;
  readonly send: (text: string) => void;
}

const ERASE = "\b \b";

export class LineDiscipline {
  readonly #ends: LineEnds;
  #line: string[] = [];

  constructor(ends: LineEnds) {
    this.#ends = ends;
  }

  /** Input from a key or a paste. */
  take(text: string): void {
    // Arrow keys and the like have no meaning without a terminal.
    if (text.startsWith("\u001b")) return;
    for (const character of text) this.#character(character);
  }

  #character(character: string): void {
    const { echo, send } = this.#ends;
    if (character === "\r" || character === "\n") {
      echo("\r\n");
      send(`${this.#line.join("")}\n`);
      this.#line = [];
    } else if (character === "\u007f") {
      if (this.#line.pop() !== undefined) echo(ERASE);
    } else if (character === "\u0015") {
      echo(ERASE.repeat(this.#line.length));
      this.#line = [];
    } else if (character >= " " || character === "\t") {
      this.#line.push(character);
      echo(character);
    }
  }
}

/** A program without a terminal ends its lines with a bare line feed. */
export const asTerminalLines = (text: string): string => text.replace(/\r?\n/g, "\r\n");
