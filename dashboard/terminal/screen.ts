/** The screen of a terminal: cells, a cursor, and operations on them. escapes.ts maps bytes to operations. */
import { type CellStyle, PLAIN } from "./style.ts";

/** Lines of scrollback. */
const MAX_HISTORY_LINES = 1000;

export class ScreenLine {
  /** A line that has not changed is not rendered again. */
  version = 0;
  readonly texts: string[];
  readonly styles: CellStyle[];

  constructor(columns: number) {
    this.texts = new Array(columns).fill(" ");
    this.styles = new Array(columns).fill(PLAIN);
  }

  set(column: number, text: string, style: CellStyle): void {
    this.texts[column] = text;
    this.styles[column] = style;
    this.version++;
  }

  insert(column: number, count: number, style: CellStyle): void {
    const { length } = this.texts;
    this.texts.splice(column, 0, ...new Array(count).fill(" "));
    this.styles.splice(column, 0, ...new Array(count).fill(style));
    this.#cut(length, style);
  }

  remove(column: number, count: number, style: CellStyle): void {
    const { length } = this.texts;
    this.texts.splice(column, count);
    this.styles.splice(column, count);
    this.#cut(length, style);
  }

  resize(columns: number): void {
    if (columns !== this.texts.length) this.#cut(columns, PLAIN);
  }

  #cut(length: number, style: CellStyle): void {
    this.texts.length = Math.min(this.texts.length, length);
    this.styles.length = Math.min(this.styles.length, length);
    while (this.texts.length < length) {
      this.texts.push(" ");
      this.styles.push(style);
    }
    this.version++;
  }

  get text(): string {
    return this.texts.join("").trimEnd();
  }
}

interface Cursor {
  readonly row: number;
  readonly column: number;
  readonly style: CellStyle;
}

export class Screen {
  columns: number;
  rows: number;
  row = 0;
  column = 0;
  style: CellStyle = PLAIN;
  cursorShown = true;
  wraps = true;
  /** Arrow keys are in application mode (DECCKM). */
  applicationKeys = false;
  bracketedPaste = false;
  readonly history: ScreenLine[] = [];
  lines: ScreenLine[];
  /** The scrolling region, including its last row. */
  #top = 0;
  #bottom: number;
  #saved: Cursor = { row: 0, column: 0, style: PLAIN };
  /** The main screen, while an application such as an editor uses the alternate one. */
  #covered: ScreenLine[] | undefined;
  /** The next character wraps to a new line. */
  #full = false;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#bottom = rows - 1;
    this.lines = this.#blank(rows);
  }

  put(text: string): void {
    if (this.#full && this.wraps) {
      this.column = 0;
      this.lineFeed();
    }
    this.#full = this.column === this.columns - 1;
    this.#line.set(this.column, text, this.style);
    if (!this.#full) this.column++;
  }

  move(row: number, column: number): void {
    this.row = clamp(row, 0, this.rows - 1);
    this.column = clamp(column, 0, this.columns - 1);
    this.#full = false;
  }

  moveBy(rows: number, columns: number): void {
    this.move(this.row + rows, this.column + columns);
  }

  lineFeed(): void {
    this.#full = false;
    if (this.row === this.#bottom) this.scroll(1);
    else if (this.row < this.rows - 1) this.row++;
  }

  reverseLineFeed(): void {
    if (this.row === this.#top) this.scroll(-1);
    else if (this.row > 0) this.row--;
  }

  /** What scrolls off the top of the full screen becomes scrollback; a negative count scrolls down. */
  scroll(count: number): void {
    for (let turn = 0; turn < Math.min(Math.abs(count), this.rows); turn++) {
      if (count > 0) {
        const [gone] = this.lines.splice(this.#top, 1);
        this.lines.splice(this.#bottom, 0, new ScreenLine(this.columns));
        if (gone && this.#top === 0 && !this.#covered) this.history.push(gone);
      } else {
        this.lines.splice(this.#bottom, 1);
        this.lines.splice(this.#top, 0, new ScreenLine(this.columns));
      }
    }
    if (this.history.length > MAX_HISTORY_LINES) this.history.splice(0, this.history.length - MAX_HISTORY_LINES);
  }

  insertLines(count: number): void {
    this.#within(this.row, () => this.scroll(-count));
  }

  removeLines(count: number): void {
    const before = this.history.length;
    this.#within(this.row, () => this.scroll(count));
    this.history.length = Math.min(this.history.length, before);
  }

  insertCells(count: number): void {
    this.#line.insert(this.column, Math.min(count, this.columns - this.column), this.style);
  }

  removeCells(count: number): void {
    this.#line.remove(this.column, Math.min(count, this.columns - this.column), this.style);
  }

  /** Cells of the cursor's line, from one column up to another, exclusive. */
  eraseCells(from: number, to: number): void {
    for (let column = from; column < Math.min(to, this.columns); column++) this.#line.set(column, " ", this.style);
  }

  /** Whole rows, from one up to another, exclusive. */
  eraseRows(from: number, to: number): void {
    for (let row = from; row < to; row++) this.lines[row] = new ScreenLine(this.columns);
  }

  setRegion(top: number, bottom: number): void {
    const [first, last] = [clamp(top, 0, this.rows - 1), clamp(bottom, 0, this.rows - 1)];
    if (first >= last) return;
    this.#top = first;
    this.#bottom = last;
    this.move(0, 0);
  }

  save(): void {
    this.#saved = { row: this.row, column: this.column, style: this.style };
  }

  restore(): void {
    this.move(this.#saved.row, this.#saved.column);
    this.style = this.#saved.style;
  }

  cover(): void {
    if (this.#covered) return;
    this.save();
    this.#covered = this.lines;
    this.lines = this.#blank(this.rows);
  }

  uncover(): void {
    if (!this.#covered) return;
    this.lines = this.#covered;
    this.#covered = undefined;
    // Before the main screen gets the size that it may have missed, which depends on where the cursor is.
    this.row = this.#saved.row;
    this.column = this.#saved.column;
    this.style = this.#saved.style;
    this.resize(this.columns, this.rows);
  }

  reset(): void {
    this.uncover();
    this.lines = this.#blank(this.rows);
    this.setRegion(0, this.rows - 1);
    this.style = PLAIN;
    Object.assign(this, { cursorShown: true, wraps: true, applicationKeys: false, bracketedPaste: false });
  }

  /** Lines that no longer fit move to the scrollback; an application draws its own screen again. */
  resize(columns: number, rows: number): void {
    const { lines } = this;
    while (lines.length > rows) {
      if (this.row < lines.length - 1) lines.pop();
      else {
        const gone = lines.splice(0, 1);
        if (!this.#covered) this.history.push(...gone);
        this.row--;
      }
    }
    while (lines.length < rows) lines.push(new ScreenLine(columns));
    for (const line of lines) line.resize(columns);
    this.columns = columns;
    this.rows = rows;
    this.#top = 0;
    this.#bottom = rows - 1;
    this.move(this.row, this.column);
  }

  get #line(): ScreenLine {
    const line = this.lines[this.row];
    if (!line) throw new Error("the cursor is on no line");
    return line;
  }

  /** With a different top of the region for a moment. */
  #within(top: number, act: () => void): void {
    if (top < this.#top || top > this.#bottom) return;
    const before = this.#top;
    this.#top = top;
    act();
    this.#top = before;
    this.move(this.row, 0);
  }

  #blank(rows: number): ScreenLine[] {
    return Array.from({ length: rows }, () => new ScreenLine(this.columns));
  }
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
