/** Parses a program's terminal output (ECMA-48, and the private modes of xterm that programs rely on). */
import type { Screen } from "./screen.ts";
import { applySgr } from "./style.ts";

type State =
  | { readonly name: "text" | "escape" | "intermediate" }
  | { readonly name: "control"; readonly text: string }
  /** Titles and the like, which are not displayed. */
  | { readonly name: "string"; readonly escaped: boolean };

const TAB = 8;

const isIntermediate = (character: string): boolean => character >= " " && character <= "/";

export class Escapes {
  readonly #screen: Screen;
  readonly #respond: (text: string) => void;
  #state: State = { name: "text" };

  /** `respond` replies to programs that query the terminal. */
  constructor(screen: Screen, respond: (text: string) => void) {
    this.#screen = screen;
    this.#respond = respond;
  }

  write(text: string): void {
    for (const character of text) this.#state = this.#take(character);
  }

  #take(character: string): State {
    const state = this.#state;
    // Always begins a new sequence, except that it ends strings.
    if (character === "\u001b" && state.name !== "string") return { name: "escape" };
    switch (state.name) {
      case "text":
        this.#text(character);
        return state;
      case "escape":
        return this.#escape(character);
      case "intermediate":
        return isIntermediate(character) ? state : { name: "text" };
      case "string":
        if (character === "\u0007" || (state.escaped && character === "\\")) return { name: "text" };
        return { name: "string", escaped: character === "\u001b" };
      case "control":
        if (character < "@" || character > "~") return { name: "control", text: state.text + character };
        this.#control(state.text, character);
        return { name: "text" };
    }
  }

  #text(character: string): void {
    const screen = this.#screen;
    if (character >= " " && character !== "\u007f") screen.put(character);
    else if (character === "\r") screen.move(screen.row, 0);
    else if (character === "\n" || character === "\v" || character === "\f") screen.lineFeed();
    else if (character === "\b") screen.moveBy(0, -1);
    else if (character === "\t") screen.move(screen.row, (Math.floor(screen.column / TAB) + 1) * TAB);
  }

  #escape(character: string): State {
    const screen = this.#screen;
    if (character === "[") return { name: "control", text: "" };
    if (character === "]" || character === "P" || character === "^" || character === "_") {
      return { name: "string", escaped: false };
    }
    // Character sets and the like: the characters up to the final one are not displayed either.
    if (isIntermediate(character)) return { name: "intermediate" };
    if (character === "7") screen.save();
    else if (character === "8") screen.restore();
    else if (character === "D") screen.lineFeed();
    else if (character === "E") {
      screen.move(screen.row, 0);
      screen.lineFeed();
    } else if (character === "M") screen.reverseLineFeed();
    else if (character === "c") screen.reset();
    return { name: "text" };
  }

  #control(text: string, final: string): void {
    const [, isPrivate, list] = /^([<-?]?)([\d;:]*)$/.exec(text) ?? [];
    // With intermediate characters the last one means something else.
    if (list === undefined) return;
    const parameters = list.split(/[;:]/).map(Number);
    const first = parameters[0] ?? 0;
    const act = (isPrivate ? PRIVATE : CONTROLS)[final];
    act?.(this.#screen, { first, count: Math.max(1, first), parameters, respond: this.#respond });
  }
}

interface Parameters {
  readonly first: number;
  /** The same, where absent and 0 mean 1. */
  readonly count: number;
  readonly parameters: readonly number[];
  readonly respond: (text: string) => void;
}

type Control = (screen: Screen, parameters: Parameters) => void;

/** `ESC [ … FINAL` by its last character. */
const CONTROLS: Readonly<Record<string, Control>> = {
  A: (screen, { count }) => screen.moveBy(-count, 0),
  B: (screen, { count }) => screen.moveBy(count, 0),
  e: (screen, { count }) => screen.moveBy(count, 0),
  C: (screen, { count }) => screen.moveBy(0, count),
  a: (screen, { count }) => screen.moveBy(0, count),
  D: (screen, { count }) => screen.moveBy(0, -count),
  E: (screen, { count }) => screen.move(screen.row + count, 0),
  F: (screen, { count }) => screen.move(screen.row - count, 0),
  G: (screen, { count }) => screen.move(screen.row, count - 1),
  "`": (screen, { count }) => screen.move(screen.row, count - 1),
  d: (screen, { count }) => screen.move(count - 1, screen.column),
  H: (screen, { count, parameters }) => screen.move(count - 1, Math.max(1, parameters[1] ?? 1) - 1),
  f: (screen, { count, parameters }) => screen.move(count - 1, Math.max(1, parameters[1] ?? 1) - 1),
  J: eraseScreen,
  K: (screen, { first }) =>
    screen.eraseCells(first === 0 ? screen.column : 0, first === 1 ? screen.column + 1 : screen.columns),
  X: (screen, { count }) => screen.eraseCells(screen.column, screen.column + count),
  L: (screen, { count }) => screen.insertLines(count),
  M: (screen, { count }) => screen.removeLines(count),
  "@": (screen, { count }) => screen.insertCells(count),
  P: (screen, { count }) => screen.removeCells(count),
  S: (screen, { count }) => screen.scroll(count),
  T: (screen, { count }) => screen.scroll(-count),
  m: (screen, { parameters }) => {
    screen.style = applySgr(screen.style, parameters);
  },
  r: (screen, { count, parameters }) => screen.setRegion(count - 1, (parameters[1] || screen.rows) - 1),
  s: (screen) => screen.save(),
  u: (screen) => screen.restore(),
  n: (screen, { first, respond }) => {
    if (first === 6) respond(`\u001b[${screen.row + 1};${screen.column + 1}R`);
    else if (first === 5) respond("\u001b[0n");
  },
  c: (_, { respond }) => respond("\u001b[?1;2c"),
};

/** `ESC [ ? … FINAL` */
const PRIVATE: Readonly<Record<string, Control>> = {
  h: (screen, { parameters }) => setModes(screen, parameters, true),
  l: (screen, { parameters }) => setModes(screen, parameters, false),
};

function eraseScreen(screen: Screen, { first }: Parameters): void {
  if (first === 0) {
    screen.eraseCells(screen.column, screen.columns);
    screen.eraseRows(screen.row + 1, screen.rows);
  } else if (first === 1) {
    screen.eraseRows(0, screen.row);
    screen.eraseCells(0, screen.column + 1);
  } else if (first === 2) screen.eraseRows(0, screen.rows);
  else if (first === 3) screen.history.length = 0;
}

function setModes(screen: Screen, modes: readonly number[], on: boolean): void {
  for (const mode of modes) {
    if (mode === 1) screen.applicationKeys = on;
    else if (mode === 7) screen.wraps = on;
    else if (mode === 25) screen.cursorShown = on;
    else if (mode === 2004) screen.bracketedPaste = on;
    else if (mode === 47 || mode === 1047 || mode === 1049) {
      if (on) screen.cover();
      else screen.uncover();
    }
  }
}
