/** What a terminal's driver does for a program that has none: a line is put together here, shown, and sent when it is whole. */
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

  /** What a key or a paste gives. */
  take(text: string): void {
    // Arrows and the like mean nothing without a terminal.
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

/** A program without a terminal ends its lines as files do. */
export const asTerminalLines = (text: string): string => text.replace(/\r?\n/g, "\r\n");
