import { expect, test } from "vitest";
import { asTerminalLines, LineDiscipline } from "./line-discipline.ts";

function typed(...texts: string[]) {
  let [echoed, sent] = ["", ""];
  const line = new LineDiscipline({
    echo: (text) => {
      echoed += text;
    },
    send: (text) => {
      sent += text;
    },
  });
  for (const text of texts) line.take(text);
  return { echoed, sent };
}

test.each<[string[], string]>([
  [["l", "s", "\r"], "ls\n"],
  [["l", "s"], ""],
  [["l", "x", "\u007f", "s", "\r"], "ls\n"],
  [["\u007f", "a", "\r"], "a\n"],
  [["abc", "\u0015", "d", "\r"], "d\n"],
  [["one\rtwo\r"], "one\ntwo\n"],
  [["a", "\u001b[A", "b", "\r"], "ab\n"],
  [["\u0003", "a", "\r"], "a\n"],
])("%j sends %j", (texts, sent) => {
  expect(typed(...texts).sent).toBe(sent);
});

test("typed characters are echoed, and erased ones removed", () => {
  expect(typed("a", "b", "\u007f", "\r").echoed).toBe("ab\b \b\r\n");
});

test("line feeds become carriage return and line feed", () => {
  expect(asTerminalLines("a\nb\r\n")).toBe("a\r\nb\r\n");
});
