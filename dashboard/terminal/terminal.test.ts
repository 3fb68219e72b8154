import { describe, expect, test } from "vitest";
import { Escapes } from "./escapes.ts";
import { bytesOfKey, bytesOfPaste } from "./keys.ts";
import { Screen } from "./screen.ts";
import { applySgr, classOf, PLAIN } from "./style.ts";

function shown(text: string, columns = 10, rows = 3) {
  const screen = new Screen(columns, rows);
  const answers: string[] = [];
  new Escapes(screen, (answer) => answers.push(answer)).write(text);
  const lines = screen.lines.map((line) => line.text);
  return {
    screen,
    answers,
    lines,
    cursor: [screen.row, screen.column],
    history: screen.history.map(({ text }) => text),
  };
}

const ESC = "\u001b";

describe("a terminal screen", () => {
  test.each<[string, string, string[]]>([
    ["text and lines", "ab\r\ncd", ["ab", "cd", ""]],
    ["a full line wraps", "0123456789x", ["0123456789", "x", ""]],
    ["a line that is exactly full does not wrap", "0123456789\r\nx", ["0123456789", "x", ""]],
    ["a carriage return returns to the start of the line", "abc\rX", ["Xbc", "", ""]],
    ["a backspace moves the cursor left", "abc\b\bX", ["aXc", "", ""]],
    ["a tab moves to the next tab stop", "a\tb", ["a       b", "", ""]],
    ["the cursor is moved", `${ESC}[2;3Hx${ESC}[Ay${ESC}[1Gz`, ["z  y", "  x", ""]],
    ["the rest of a line is erased", `abcdef${ESC}[1;3H${ESC}[K`, ["ab", "", ""]],
    ["the screen is erased", `abc\r\ndef${ESC}[2J`, ["", "", ""]],
    ["the screen below the cursor is erased", `abc\r\ndef\r\nghi${ESC}[2;2H${ESC}[J`, ["abc", "d", ""]],
    ["lines are inserted and deleted", `a\r\nb\r\nc${ESC}[1;1H${ESC}[Lx${ESC}[2;1H${ESC}[M`, ["x", "b", ""]],
    ["characters are inserted and deleted", `abcd${ESC}[1;2H${ESC}[@X${ESC}[2C${ESC}[P`, ["aXbc", "", ""]],
    ["a scroll region scrolls alone", `${ESC}[2;3ra\r\nb\r\nc\r\nd`, ["a", "c", "d"]],
    ["a reverse line feed scrolls down", `a\r\nb${ESC}[H${ESC}M`, ["", "a", "b"]],
    ["titles and character sets are not shown", `${ESC}]0;title\u0007a${ESC}(Bb${ESC}]1;x${ESC}\\c`, ["abc", "", ""]],
    [
      "sequences with intermediate characters are not shown",
      `a${ESC}[1 A${ESC}[2$rb${ESC}[é1Bc${ESC} F${ESC}%/Gd`,
      ["abcd", "", ""],
    ],
    ["unknown sequences are not shown", `${ESC}[?12;99h${ESC}[>0qa${ESC}=b`, ["ab", "", ""]],
  ])("%s", (_, text, lines) => {
    expect(shown(text).lines).toEqual(lines);
  });

  test("lines scrolled off the screen become history", () => {
    const { lines, history } = shown("1\r\n2\r\n3\r\n4\r\n5");
    expect({ lines, history }).toEqual({ lines: ["3", "4", "5"], history: ["1", "2"] });
  });

  test("the alternate screen leaves the main screen unchanged", () => {
    const { screen, lines, history } = shown(`shell${ESC}[?1049h${ESC}[Heditor\r\n\n\n\n${ESC}[?1049l`);
    expect({ lines, history, column: screen.column }).toEqual({ lines: ["shell", "", ""], history: [], column: 5 });
  });

  test("a screen that got smaller meanwhile shows its last lines when the alternate screen is gone", () => {
    const { screen } = shown(`1\r\n2\r\n3${ESC}[?1049h${ESC}[Heditor\r\n\n`);
    screen.resize(10, 2);
    new Escapes(screen, () => undefined).write(`${ESC}[?1049l`);
    expect(screen.lines.map(({ text }) => text)).toEqual(["2", "3"]);
    expect(screen.history.map(({ text }) => text)).toEqual(["1"]);
    expect([screen.row, screen.column]).toEqual([1, 1]);
  });

  test("a cursor position query is answered", () => {
    expect(shown(`ab${ESC}[6n${ESC}[c`).answers).toEqual([`${ESC}[1;3R`, `${ESC}[?1;2c`]);
  });

  test("shrinking the screen keeps its last lines, and enlarging it keeps its content", () => {
    const { screen } = shown("1\r\n2\r\n3");
    screen.resize(5, 2);
    expect(screen.lines.map(({ text }) => text)).toEqual(["2", "3"]);
    expect([screen.row, screen.history.map(({ text }) => text)]).toEqual([1, ["1"]]);
    screen.resize(20, 4);
    expect(screen.lines.map(({ text }) => text)).toEqual(["2", "3", "", ""]);
  });

  test("an escape sequence split into pieces is recognized", () => {
    const screen = new Screen(10, 2);
    const escapes = new Escapes(screen, () => {});
    for (const piece of ["a", ESC, "[", "1", ";5", "H", "b"]) escapes.write(piece);
    expect(screen.lines[0]?.text).toBe("a   b");
  });

  test("the cursor stays on the screen for arbitrary bytes", () => {
    const bytes = Array.from({ length: 4000 }, (_, index) => String.fromCharCode((index * 7919) % 128)).join("");
    const { screen } = shown(bytes + ESC + bytes.split("").reverse().join(`${ESC}[`), 7, 4);
    expect(screen.lines).toHaveLength(4);
    expect(screen.lines.every(({ texts, styles }) => texts.length === 7 && styles.length === 7)).toBe(true);
    expect(screen.row >= 0 && screen.row < 4 && screen.column >= 0 && screen.column < 7).toBe(true);
  });
});

test.each<[number[], string]>([
  [[], ""],
  [[1, 31], "front-1 bold"],
  [[94, 4, 44], "front-12 back-4 underline"],
  [[31, 7], "inverse back-1"],
  [[38, 5, 196], "front-9"],
  [[48, 2, 0, 200, 0], "back-10"],
  [[31, 1, 0], ""],
])("style %j is %j", (parameters, classes) => {
  expect(classOf(applySgr(PLAIN, parameters))).toBe(classes);
});

const key = (name: string, ...held: ("ctrlKey" | "altKey" | "shiftKey" | "metaKey")[]) => ({
  key: name,
  ...{ ctrlKey: false, altKey: false, shiftKey: false, metaKey: false },
  ...Object.fromEntries(held.map((each) => [each, true])),
});

test.each([
  [key("a"), undefined],
  [key("Enter"), "\r"],
  [key("c", "ctrlKey"), "\u0003"],
  [key("[", "ctrlKey"), ESC],
  [key("ArrowUp"), `${ESC}[A`],
  [key("ArrowLeft", "ctrlKey"), `${ESC}[1;5D`],
  [key("b", "altKey"), `${ESC}b`],
  [key("Tab"), "\t"],
  [key("Tab", "shiftKey"), undefined],
  [key("c", "ctrlKey", "shiftKey"), undefined],
  [key("c", "metaKey"), undefined],
  [key("Shift", "shiftKey"), undefined],
])("%j sends %j", (pressed, bytes) => {
  expect(bytesOfKey(pressed, false)).toBe(bytes);
});

test("arrow keys follow the application cursor mode", () => {
  expect(bytesOfKey(key("ArrowUp"), true)).toBe(`${ESC}OA`);
});

test.each([
  ["a\r\nb\n", false, "a\rb\r"],
  ["a\nb", true, `${ESC}[200~a\rb${ESC}[201~`],
  // What a page has put into the clipboard cannot end the paste and go on as if it were typed.
  [`ls${ESC}[201~\nreboot\n`, true, `${ESC}[200~ls\u241b[201~\rreboot\r${ESC}[201~`],
])("pasting %j, bracketed: %j, sends %j", (text, bracketed, bytes) => {
  expect(bytesOfPaste(text, bracketed)).toBe(bytes);
});
