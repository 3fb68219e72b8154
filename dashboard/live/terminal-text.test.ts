import { expect, it } from "vitest";
import { withoutControls } from "./terminal-text.ts";

it.each([
  ["\u001b[1;32mgreen\u001b[0m", "green"],
  ["\u001b]0;title\u0007$ ", "$ "],
  ["one\r\ntwo\r\n", "one\ntwo\n"],
  ["bell\u0007", "bell"],
  ["tabs\tstay", "tabs\tstay"],
])("%j is shown as %j", (written, read) => expect(withoutControls(written)).toBe(read));
